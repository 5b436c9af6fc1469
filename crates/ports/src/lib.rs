//! What programmes and the hub offer one another: facts with the row they come from, and events. Nothing else crosses between them.

pub mod child_medical;
pub mod facts;
pub mod linked;
pub mod original;
pub mod resident;

pub use child_medical::{MONTH_REFUNDED, MONTH_SETTLED, MonthRefunded, MonthSettled};
pub use facts::{ComparePort, HubPort, Likeness, Ports, ResidentFacts, ResidentPort};
pub use linked::{LINK_RECALLED, LinkRecalled, LinkUse, LinkUses, PROGRAMME_LINKED, ProgrammeLinked};
pub use original::{Original, Originals, Page};
pub use resident::{RESIDENT_EVENT, ResidentChange, ResidentEvent};
