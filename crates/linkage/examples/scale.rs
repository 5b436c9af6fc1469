//! Makes a larger city from a small one: `cargo run --release -p linkage --example scale -- DIR OUT COPIES`.

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [folder, out, copies] = arguments.as_slice() else { return Err("usage: scale DIR OUT COPIES".into()) };
    Ok(linkage::scale(folder.as_ref(), out.as_ref(), copies.parse()?)?)
}
