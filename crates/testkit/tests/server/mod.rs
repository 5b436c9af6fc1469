//! A web server of a few fixed pages.

use anyhow::Result;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};

/// A running server; its thread ends with the test process.
pub struct Server(SocketAddr);

impl Server {
    pub fn start() -> Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let address = listener.local_addr()?;
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                std::thread::spawn(move || answer(stream));
            }
        });
        Ok(Self(address))
    }

    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.0)
    }
}

fn answer(stream: TcpStream) -> std::io::Result<()> {
    let mut reader = BufReader::new(&stream);
    let mut first = String::new();
    reader.read_line(&mut first)?;
    let mut length = 0;
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line)? <= 2 {
            break;
        }
        if let Some((name, value)) = line.split_once(':').filter(|(name, _)| name.eq_ignore_ascii_case("content-length")) {
            length = value.trim().parse().map_err(|e| std::io::Error::other(format!("{name}: {e}")))?;
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body)?;
    let path = first.split(' ').nth(1).unwrap_or_default();
    let page = page(path, &String::from_utf8_lossy(&body));
    let status = if page.is_empty() { "404 Not Found" } else { "200 OK" };
    let head = "<!doctype html><html lang=\"ja\"><meta charset=\"utf-8\"><title>試験</title><link rel=\"icon\" href=\"data:,\">";
    let text = format!("{head}<main><h1>試験</h1>{page}</main>");
    let length = text.len();
    write!(&stream, "HTTP/1.1 {status}\r\nContent-Type: text/html; charset=utf-8\r\n")?;
    write!(&stream, "Content-Length: {length}\r\nConnection: close\r\n\r\n{text}")
}

fn page(path: &str, body: &str) -> String {
    match path {
        "/" => {
            "<form method=\"post\" action=\"/submitted\" enctype=\"text/plain\">
                <label>氏名 <input id=\"name\" name=\"name\"></label>
                <label>届出 <select id=\"kind\" name=\"kind\"><option value=\"out\">転出</option><option value=\"in\">転入</option></select></label>
                <button id=\"send\">送信</button></form>
             <script>const strokes = []; addEventListener('keydown', e => strokes.push(
                (e.ctrlKey ? 'Ctrl+' : '') + (e.altKey ? 'Alt+' : '') + e.key));</script>"
        }
        "/submitted" => return format!("<p>{}</p>", body.trim_end().replace("\r\n", "&amp;")),
        "/covered" => {
            "<button id=\"under\" style=\"position:fixed;top:0;left:0;width:90px;height:30px\">下</button>
             <button id=\"over\" style=\"position:fixed;top:0;left:0;width:90px;height:30px\">上</button>
             <button id=\"hidden\" style=\"display:none\">隠</button>"
        }
        "/inaccessible" => "<img src=\"data:,\"><input id=\"unnamed\">",
        "/outside" => "<img src=\"http://outside.example/picture.png\" alt=\"外\">",
        "/tall" => "<div style=\"height:3000px\">長い</div>",
        "/upload" => "<label>ファイル <input id=\"file\" type=\"file\"></label>",
        _ => "",
    }
    .to_owned()
}
