//! 教示: the words that tell a person how to object to a decision. They live here once, for every notice.

use serde::Serialize;

/// Against whom and how to object (行政不服審査法82条, 行政事件訴訟法46条).
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Guidance {
    /// The paragraphs, in order.
    pub paragraphs: Vec<String>,
}

impl Guidance {
    /// For a decision of an office of `city` (みなと市): 審査請求 goes to `reviewer` (みなと市長), an action for annulment against
    /// the city, represented by `mayor_title` (みなと市長). Periods: 3 months (行政不服審査法18条1項), 6 months
    /// (行政事件訴訟法14条1項), one year from the act in both cases (18条2項, 14条2項).
    pub fn for_city(city: &str, mayor_title: &str, reviewer: &str) -> Self {
        let review = format!(
            "この決定に不服があるときは、この決定があったことを知った日の翌日から起算して3か月以内に、{reviewer}に対して審査請求を\
             することができます。ただし、3か月以内であっても、この決定の日の翌日から起算して1年を経過したときは、正当な理由が\
             ない限り、審査請求をすることができません。"
        );
        let action = format!(
            "この決定の取消しを求める訴えは、この決定があったことを知った日の翌日から起算して6か月以内に、{city}を被告として\
             提起することができます（{city}を代表する者は{mayor_title}です。）。ただし、6か月以内であっても、この決定の日の\
             翌日から起算して1年を経過したときは、正当な理由がない限り、訴えを提起することができません。"
        );
        let both = "1の審査請求をしたときは、取消しの訴えは、その審査請求に対する裁決があったことを知った日の翌日から起算して\
                    6か月以内に提起することができます。ただし、裁決の日の翌日から起算して1年を経過したときは、正当な理由が\
                    ない限り、提起することができません。";
        Self { paragraphs: vec![review, action, both.to_owned()] }
    }
}
