//! Style sheet, script, icon and fonts, embedded in the program.
//!
//! All addresses carry one version, a hash over every embedded byte: `/assets/9f3a…/app.css`. What is served under the running
//! version may be kept for ever; anything else is answered too (a page may be open across an update) but not kept.

use std::sync::LazyLock;

/// An embedded file, ready to be sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Asset {
    /// Content-Type.
    pub mime: &'static str,
    /// Body.
    pub bytes: &'static [u8],
    /// ETag, with its quotes.
    pub etag: &'static str,
    /// Cache-Control.
    pub cache_control: &'static str,
}

/// The policy every page is served with: nothing from elsewhere, nothing inline.
pub const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; \
     img-src 'self'; connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'";

const CSS: &str = concat!(
    include_str!("../../../data/design-tokens/tokens.css"),
    include_str!("../assets/base.css"),
    include_str!("../assets/components.css"),
    include_str!("../assets/print.css"),
);

const FILES: &[(&str, &str, &[u8])] = &[
    ("app.css", "text/css; charset=utf-8", CSS.as_bytes()),
    ("app.js", "text/javascript; charset=utf-8", include_bytes!("../assets/app.js")),
    ("icon.svg", "image/svg+xml", include_bytes!("../assets/icon.svg")),
    ("fonts/core-400.woff2", "font/woff2", include_bytes!("../../../data/fonts/web/biz-udpgothic-core-400.woff2")),
    ("fonts/core-700.woff2", "font/woff2", include_bytes!("../../../data/fonts/web/biz-udpgothic-core-700.woff2")),
    ("fonts/rest-400.woff2", "font/woff2", include_bytes!("../../../data/fonts/web/biz-udpgothic-rest-400.woff2")),
    ("fonts/rest-700.woff2", "font/woff2", include_bytes!("../../../data/fonts/web/biz-udpgothic-rest-700.woff2")),
];

/// FNV-1a, 64 bits: it tells versions apart, it protects nothing.
fn hash(seed: u64, bytes: &[u8]) -> u64 {
    bytes.iter().fold(seed, |h, b| (h ^ u64::from(*b)).wrapping_mul(0x0000_0100_0000_01b3))
}

static VERSION: LazyLock<String> = LazyLock::new(|| {
    let all = FILES.iter().fold(0xcbf2_9ce4_8422_2325, |h, (name, _, bytes)| hash(hash(h, name.as_bytes()), bytes));
    format!("{all:016x}")
});
static ETAG: LazyLock<String> = LazyLock::new(|| format!("\"{}\"", *VERSION));

/// Address of an embedded file: `url("app.css")` is `/assets/9f3a…/app.css`.
pub fn url(name: &str) -> String {
    format!("/assets/{}/{name}", *VERSION)
}

/// The file behind what follows `/assets/` in an address: `9f3a…/app.css`. `None`: there is no such file.
pub fn asset(path: &str) -> Option<Asset> {
    let (version, name) = path.split_once('/')?;
    let (_, mime, bytes) = FILES.iter().find(|(file, _, _)| *file == name)?;
    let current = version == VERSION.as_str();
    let cache_control = if current { "public, max-age=31536000, immutable" } else { "no-cache" };
    Some(Asset { mime, bytes, etag: &ETAG, cache_control })
}

/// All embedded files by name, for tools that write pages to a folder.
pub fn names() -> impl Iterator<Item = &'static str> {
    FILES.iter().map(|(name, _, _)| *name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_address_leads_to_its_file_and_may_be_kept_for_ever() {
        for name in names() {
            let url = url(name);
            let file = asset(url.strip_prefix("/assets/").expect("prefix")).expect("embedded");
            assert!(!file.bytes.is_empty() && file.cache_control.contains("immutable"), "{name}");
        }
    }

    #[test]
    fn an_old_address_still_works_but_is_not_kept_and_an_unknown_one_does_not() {
        assert_eq!(asset("0000/app.css").map(|a| a.cache_control), Some("no-cache"));
        assert_eq!(asset("0000/../Cargo.toml"), None);
        assert_eq!(asset("app.css"), None);
    }

    #[test]
    fn the_style_sheet_asks_nobody_else() {
        let urls: Vec<&str> = CSS.split("url(").skip(1).filter_map(|s| s.split(')').next()).collect();
        assert!(!urls.is_empty() && !CSS.contains("@import"));
        for url in urls {
            let name = url.trim_matches(['"', '\'']);
            assert!(names().any(|file| file == name), "{name} is embedded");
        }
    }
}
