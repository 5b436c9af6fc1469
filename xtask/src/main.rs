//! Project tasks, run as `cargo xtask <task>`.

mod app;
mod bench;
mod generate;
mod postgres;
mod shell;
mod test_run;
mod tidy;
mod tools;

use std::process::ExitCode;

const USAGE: &str = "cargo xtask <task>
  test [filter]                 every test, on SQLite and PostgreSQL and in a browser, then the demo on both databases
  screens                       draw the pictures of docs/screens anew, from the pages as the tests see them
  generate [--check]            write docs/generated, or (--check) fail with the names of stale files
  tidy                          the rules of the house: edges, purity, SQL ownership, lengths, banned words, links
  bench [name] --date <date>    run the registered benchmarks and write bench/results";

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = args.iter().map(String::as_str).collect();
    let done = match words.as_slice() {
        ["test"] => test_run::run(None),
        ["test", filter] => test_run::run(Some(filter)),
        ["screens"] => test_run::screens(),
        ["generate"] => generate::write(),
        ["generate", "--check"] => generate::check(),
        ["tidy"] => tidy::run(),
        ["bench", rest @ ..] => bench::run(rest),
        [postgres::KEEPER] => postgres::keep(),
        _ => {
            eprintln!("{USAGE}");
            return ExitCode::from(2);
        }
    };
    match done {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(e) => {
            eprintln!("error: {e:#}");
            ExitCode::FAILURE
        }
    }
}
