//! Writes the design system as static pages, with invented data: `cargo run -p webkit --example gallery -- FOLDER`.
//!
//! Serve the folder with any static server (addresses begin with `/`) and look at every state there is.

mod staff;
mod states;

use std::{error::Error, fs, path::Path};
use webkit::assets;

fn main() -> Result<(), Box<dyn Error>> {
    let folder = std::env::args().nth(1).ok_or("usage: gallery FOLDER")?;
    let folder = Path::new(&folder);
    for name in assets::names() {
        let url = assets::url(name);
        let file = assets::asset(url.trim_start_matches("/assets/")).ok_or("asset")?;
        let path = folder.join(url.trim_start_matches('/'));
        fs::create_dir_all(path.parent().ok_or("path")?)?;
        fs::write(path, file.bytes)?;
    }
    let pages = [
        ("person", staff::person()),
        ("approve", staff::approve()),
        ("receipts", staff::receipts()),
        ("past", staff::past()),
        ("resident", states::resident()),
        ("household", states::household()),
        ("long-name", states::long_name()),
        ("form", states::form()),
        ("form-error", states::form_error()),
        ("empty", states::empty()),
        ("job", states::job()),
        ("search", states::search()),
        ("sign-in", states::sign_in()),
        ("locked", states::locked()),
        ("error", states::error()),
    ];
    for (name, page) in pages {
        fs::write(folder.join(format!("{name}.html")), page.into_string())?;
    }
    Ok(())
}
