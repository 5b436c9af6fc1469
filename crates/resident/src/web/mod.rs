//! The pages.

pub mod certificate;
pub mod change;
pub mod ledger;
pub mod move_in;
pub mod moves;
pub mod person;
pub mod protection;
pub mod search;

use kernel::ident::AtenaNo;
use platform::Fault;
use webkit::Call;
use webkit::components::FieldError;

fn number_of(call: &Call) -> Result<AtenaNo, Fault> {
    AtenaNo::parse(call.part("no")).map_err(|_| Fault::missing("この宛名番号の人"))
}

fn errors_of(fault: Option<&Fault>) -> Vec<FieldError> {
    fault.into_iter().flat_map(|f| &f.fields).map(|f| FieldError { field: f.field.into(), message: f.message.clone() }).collect()
}

fn card_of(number: &AtenaNo) -> String {
    format!("/juki/person/{number}")
}
