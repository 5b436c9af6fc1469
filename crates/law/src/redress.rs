//! 教示: what a notice must tell the person about objecting to it (行政不服審査法82条, 行政事件訴訟法46条).

use crate::params::{ParamError, Redress};
use kernel::time::Date;

/// The paragraphs of 教示 for an act of `authority` (みなと市長), reviewed by `reviewer` (usually the same), with `defendant`
/// (みなと市) in court.
///
/// # Errors
/// [`ParamError::NotInForce`].
pub fn instruction_ja(
    authority: &str,
    reviewer: &str,
    defendant: &str,
    day: Date,
    rules: &Redress,
) -> Result<Vec<String>, ParamError> {
    let appeal = rules.appeal_months.at(day)?.value;
    let lawsuit = rules.lawsuit_months.at(day)?.value;
    let outer = rules.outer_years.at(day)?.value;
    Ok(vec![
        format!(
            "1 この処分に不服があるときは、処分があったことを知った日の翌日から起算して{appeal}か月以内に、{reviewer}に対して審査請求をすることができます。"
        ),
        format!(
            "2 この処分の取消しを求める訴えは、処分があったことを知った日の翌日から起算して{lawsuit}か月以内に、{defendant}を被告として\
             ({authority}が{defendant}を代表します。)提起することができます。審査請求をしたときは、その裁決があったことを知った日の翌日から\
             起算して{lawsuit}か月以内に提起することができます。"
        ),
        format!(
            "3 知った日にかかわらず、処分の日の翌日から起算して{outer}年を過ぎると、正当な理由がない限り、審査請求も訴えの提起もできません。"
        ),
    ])
}
