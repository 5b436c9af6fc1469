//! Is the child in the scheme, from when to when, and who pays?

use super::facts::{EndCause, Facts, Inquiry, ReliefKind, Residence, SchemeKind, SchoolLeave, period_ja};
use super::loss::last_valid_day;
use super::prefectural::{self, Share};
use crate::params::{ChildMedical, ParamError};
use crate::reasons::{Finding, numbered, verdict};
use crate::resident::shift_months;
use kernel::decision::{Decision, FactRef, Reason, Verdict};
use kernel::time::{Date, Period, attained_on, march_31_after, wareki};

/// Days that the child is in the scheme under one 府市区分.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    /// First and last valid day.
    pub period: Period,
    /// 府市区分 of these days.
    pub share: Share,
    /// False while a fact is missing: these days depend on a 要確認.
    pub certain: bool,
}

/// The answer: the decision as of a day, and the days of the whole childhood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Eligibility {
    /// Numbered reasons as of the day asked: 1 age, 2 residence, 3 insurance, 4 生活保護・措置, 5 府市区分, 6 other schemes,
    /// 7 application.
    pub decision: Decision,
    /// Valid days in order, split where 府市区分 or certainty changes.
    pub spans: Vec<Span>,
    as_of: Date,
}

impl Eligibility {
    /// The unbroken run of certain valid days around the day asked, whatever the 府市区分.
    pub fn period(&self) -> Option<Period> {
        period_around(&self.spans, self.as_of)
    }

    /// 府市区分 on the day asked.
    pub fn share(&self) -> Option<Share> {
        self.spans.iter().find(|s| s.period.contains(self.as_of)).map(|s| s.share)
    }
}

/// The unbroken run of certain days around `day`.
pub fn period_around(spans: &[Span], day: Date) -> Option<Period> {
    let mut run: Option<Period> = None;
    for span in spans.iter().filter(|s| s.certain) {
        run = match run {
            Some(p) if p.to.and_then(|to| to.tomorrow().ok()) == Some(span.period.from) => {
                Some(Period { from: p.from, to: span.period.to })
            }
            Some(p) if p.contains(day) => return Some(p),
            _ => Some(span.period),
        };
    }
    run.filter(|p| p.contains(day))
}

/// The days, such as visit days of a receipt, that no certain span covers.
pub fn days_outside(spans: &[Span], days: &[Date]) -> Vec<Date> {
    days.iter().copied().filter(|d| !spans.iter().any(|s| s.certain && s.period.contains(*d))).collect()
}

/// Decides 子ども医療費助成 for one child as of a day, and lays out all valid days that the facts give.
///
/// # Errors
/// [`ParamError::NotInForce`] when a rule has no value on `as_of`.
pub fn eligibility(facts: &Facts, rules: &ChildMedical, as_of: Date) -> Result<Eligibility, ParamError> {
    let age_title = format!("{}歳に達する日以後の最初の3月31日まで", rules.end_age.at(as_of)?.value);
    let reasons = vec![
        age(facts, as_of, rules)?.reason(age_title),
        residence(facts, as_of, rules)?.reason("市内に住所がある"),
        insurance(facts, as_of).reason("医療保険に加入している"),
        relief(facts, as_of, rules)?.reason("生活保護・措置等で医療を受けていない"),
        share_reason(facts, as_of, rules)?,
        other_schemes(facts, as_of, rules)?.reason("優先する福祉医療(重度障害者・ひとり親家庭)を受けていない"),
        application(facts, as_of, rules)?.reason("申請がある"),
    ];
    let decision = Decision::from_reasons(numbered(reasons), vec![]);
    Ok(Eligibility { decision, spans: spans(facts, rules)?, as_of })
}

fn age(facts: &Facts, day: Date, rules: &ChildMedical) -> Result<Finding, ParamError> {
    let row = rules.end_age.at(day)?;
    let (age, article) = (row.value, row.facts.legal_basis.as_str());
    let Some(birth) = &facts.birth else {
        return Ok(Finding::new(Verdict::Unclear, "生年月日が確かめられていません", article));
    };
    let (first, last) = (march_31_after(birth.value.earliest, age), march_31_after(birth.value.latest, age));
    let (verdict, detail) = if day < birth.value.earliest {
        (Verdict::NotSatisfied, format!("生年月日 {}・出生の前です", birth.value))
    } else if let Some(date) = birth.value.exact() {
        let reached = wareki(attained_on(date, age));
        (verdict(day <= last), format!("{age}歳に達する日 {reached}(誕生日の前日) → {}まで", wareki(last)))
    } else if day > last {
        (Verdict::NotSatisfied, format!("生年月日 {}・遅くとも {}まで", birth.value, wareki(last)))
    } else if day <= first && day >= birth.value.latest {
        (Verdict::Satisfied, format!("生年月日 {}・少なくとも {}まで", birth.value, wareki(first)))
    } else {
        (Verdict::Unclear, format!("生年月日 {}のため、期限を決められません", birth.value))
    };
    Ok(Finding::new(verdict, detail, article).with([birth.evidence.clone()]))
}

fn residence(facts: &Facts, day: Date, rules: &ChildMedical) -> Result<Finding, ParamError> {
    let row = rules.move_out_rule.at(day)?;
    let article = row.facts.legal_basis.as_str();
    let Inquiry::Asked { rows, evidence, .. } = &facts.residence else {
        return Ok(Finding::new(Verdict::Unclear, "住民記録が確かめられていません", article));
    };
    let valid = |r: &Residence| Period { from: r.from, to: r.ended.map(|(end, cause)| last_valid_day(end, cause, row.value)) };
    if let Some(r) = rows.iter().find(|r| valid(r).contains(day)) {
        let detail = format!("住民記録 {}", period_ja(&valid(r)));
        return Ok(Finding::new(Verdict::Satisfied, detail, article).with([r.evidence.clone()]));
    }
    let used: Vec<FactRef> = rows.iter().map(|r| r.evidence.clone()).chain(evidence.clone()).collect();
    if let Some(leave) = facts.school_leaves.iter().find(|l| l.period.contains(day)) {
        return Ok(school(leave, day, rules)?.with(used));
    }
    let left = rows.iter().filter(|r| r.from <= day).filter_map(|r| r.ended.map(|e| (r, e))).max_by_key(|(_, e)| e.0);
    let detail = match left {
        Some((r, (end, cause))) => {
            let last = valid(r).to.unwrap_or(end);
            format!("{} {}・使える最後の日 {}", cause_ja(cause), wareki(end), wareki(last))
        }
        None => "この日に市内の住所がありません".to_owned(),
    };
    Ok(Finding::new(Verdict::NotSatisfied, detail, article).with(used))
}

fn cause_ja(cause: EndCause) -> &'static str {
    match cause {
        EndCause::MovedOut => "転出",
        EndCause::Died => "死亡",
        EndCause::ExOfficio => "職権消除",
    }
}

/// A child who left for school: kept where the ordinance says so and the guardian lives in the city.
pub(super) fn school(leave: &SchoolLeave, day: Date, rules: &ChildMedical) -> Result<Finding, ParamError> {
    let row = rules.keep_for_school.at(day)?;
    let words = format!("就学のための転出の申立て {}", period_ja(&leave.period));
    let (verdict, detail) = match (row.value, leave.guardian_in_city) {
        (false, _) => (Verdict::NotSatisfied, format!("{words}・この市の条例には引き続き対象とする定めがありません")),
        (true, Some(true)) => (Verdict::Satisfied, format!("{words}・保護者は市内に住所")),
        (true, Some(false)) => (Verdict::NotSatisfied, format!("{words}・保護者が市内に住所を有しません")),
        (true, None) => (Verdict::Unclear, format!("{words}・保護者の住所が確かめられていません")),
    };
    Ok(Finding::new(verdict, detail, row.facts.legal_basis.as_str()).with([leave.evidence.clone()]))
}

fn insurance(facts: &Facts, day: Date) -> Finding {
    let article = "国民健康保険法・健康保険法等の被保険者又は被扶養者であること";
    let Inquiry::Asked { on, rows, evidence } = &facts.insurance else {
        return Finding::new(Verdict::Unclear, "医療保険が確かめられていません", article);
    };
    if let Some(r) = rows.iter().find(|r| r.period.contains(day)) {
        let detail = format!("{}・{}・資格確認 {}", r.label_ja, period_ja(&r.period), wareki(*on));
        return Finding::new(Verdict::Satisfied, detail, article).with([r.evidence.clone()]);
    }
    let used = rows.iter().map(|r| r.evidence.clone()).chain(evidence.clone());
    // Somebody who was insured before is insured again somewhere: the new membership is missing, not absent.
    match rows.iter().filter(|r| r.period.from <= day).max_by_key(|r| r.period.from) {
        Some(r) => {
            let detail = format!("{}・{}。その後の医療保険が確かめられていません", r.label_ja, period_ja(&r.period));
            Finding::new(Verdict::Unclear, detail, article).with(used)
        }
        None if rows.is_empty() => {
            Finding::new(Verdict::NotSatisfied, format!("医療保険の加入なし・確認 {}", wareki(*on)), article).with(used)
        }
        None => Finding::new(Verdict::Unclear, "この日の医療保険が確かめられていません", article).with(used),
    }
}

fn relief(facts: &Facts, day: Date, rules: &ChildMedical) -> Result<Finding, ParamError> {
    let row = rules.excluded_while_relief_suspended.at(day)?;
    let article = row.facts.legal_basis.as_str();
    let Inquiry::Asked { on, rows, evidence } = &facts.relief else {
        return Ok(Finding::new(Verdict::Unclear, "生活保護・措置の有無が確かめられていません", article));
    };
    let today: Vec<_> = rows.iter().filter(|r| r.period.contains(day)).collect();
    let excludes = |kind| kind != ReliefKind::PublicAssistanceSuspended || row.value;
    // 停止 lies inside the 生活保護 it interrupts and prevails over it.
    let suspended = today.iter().any(|r| r.kind == ReliefKind::PublicAssistanceSuspended);
    let found = today.iter().find(|r| excludes(r.kind) && !(suspended && r.kind == ReliefKind::PublicAssistance));
    if let Some(r) = found {
        return Ok(Finding::new(Verdict::NotSatisfied, r.words_ja(), article).with([r.evidence.clone()]));
    }
    let detail = match today.first() {
        Some(_) if suspended => format!("生活保護は停止中(対象となる)・照会 {}", wareki(*on)),
        _ => format!("該当なし({} 照会)", wareki(*on)),
    };
    let used = today.iter().map(|r| r.evidence.clone()).chain(evidence.clone());
    Ok(Finding::new(Verdict::Satisfied, detail, article).with(used))
}

fn other_schemes(facts: &Facts, day: Date, rules: &ChildMedical) -> Result<Finding, ParamError> {
    let disability = rules.excluded_by_disability_aid.at(day)?;
    let single_parent = rules.excluded_by_single_parent_aid.at(day)?;
    let Inquiry::Asked { on, rows, evidence } = &facts.other_schemes else {
        let article = disability.facts.legal_basis.as_str();
        return Ok(Finding::new(Verdict::Unclear, "他の福祉医療の受給が確かめられていません", article));
    };
    let rule = |kind| match kind {
        SchemeKind::Disability => disability,
        SchemeKind::SingleParent => single_parent,
    };
    let first = rows.iter().filter(|r| r.period.contains(day) && rule(r.kind).value).min_by_key(|r| r.kind);
    Ok(match first {
        Some(r) => {
            let detail = format!("{}が優先・{}", r.kind.label_ja(), period_ja(&r.period));
            Finding::new(Verdict::NotSatisfied, detail, rule(r.kind).facts.legal_basis.as_str()).with([r.evidence.clone()])
        }
        None => {
            let detail = format!("該当なし({} 確認)", wareki(*on));
            Finding::new(Verdict::Satisfied, detail, disability.facts.legal_basis.as_str()).with(evidence.clone())
        }
    })
}

fn share_reason(facts: &Facts, day: Date, rules: &ChildMedical) -> Result<Reason, ParamError> {
    let found = prefectural::share_at(facts, day, rules)?;
    let end = facts.birth.as_ref().and_then(|b| b.value.exact());
    let title = match end.map(|birth| prefectural::preschool_end(birth, day, rules)).transpose()? {
        Some(end) => format!("府補助の対象か: 就学前({}まで) かつ 所得基準内", wareki(end)),
        None => "府補助の対象か: 就学前 かつ 所得基準内".to_owned(),
    };
    let verdict = if found.share == Share::Undetermined { Verdict::Unclear } else { Verdict::Info };
    let article = rules.prefectural_income_limit.at(day)?.facts.legal_basis.clone();
    let mut reason = Finding::new(verdict, found.detail_ja, article).with(found.evidence).reason(title);
    reason.verdict_ja = Some(found.share.label_ja().to_owned());
    Ok(reason)
}

/// The first day that an application can reach.
fn reach(applied_on: Date, rules: &ChildMedical) -> Result<Date, ParamError> {
    Ok(shift_months(applied_on, -rules.retroactive_months.at(applied_on)?.value))
}

fn application(facts: &Facts, day: Date, rules: &ChildMedical) -> Result<Finding, ParamError> {
    let Some(applied) = &facts.applied_on else {
        let article = rules.retroactive_months.at(day)?.facts.legal_basis.as_str();
        return Ok(Finding::new(Verdict::Info, "まだ申請がありません(勧奨の対象)", article));
    };
    let row = rules.retroactive_months.at(applied.value)?;
    let earliest = reach(applied.value, rules)?;
    let detail = format!("申請日 {}・{}か月前の {} までさかのぼる", wareki(applied.value), row.value, wareki(earliest));
    let verdict = verdict(day >= earliest);
    Ok(Finding::new(verdict, detail, row.facts.legal_basis.as_str()).with([applied.evidence.clone()]))
}

/// All days on which any condition can change.
fn borders(facts: &Facts, rules: &ChildMedical) -> Vec<Date> {
    let mut days: Vec<Date> = vec![];
    let next = |d: Date| d.tomorrow().ok();
    let mut period = |p: &Period| {
        days.push(p.from);
        days.extend(p.to.and_then(next));
    };
    if let Inquiry::Asked { rows, .. } = &facts.residence {
        for r in rows {
            // Both readings of the move-out rule, the rule itself decides later.
            period(&Period { from: r.from, to: r.ended.map(|(end, _)| end) });
            period(&Period { from: r.from, to: r.ended.and_then(|(end, _)| end.yesterday().ok()) });
        }
    }
    facts.school_leaves.iter().for_each(|l| period(&l.period));
    if let Inquiry::Asked { rows, .. } = &facts.insurance {
        rows.iter().for_each(|r| period(&r.period));
    }
    if let Inquiry::Asked { rows, .. } = &facts.relief {
        rows.iter().for_each(|r| period(&r.period));
    }
    if let Inquiry::Asked { rows, .. } = &facts.other_schemes {
        rows.iter().for_each(|r| period(&r.period));
    }
    if let Some(birth) = &facts.birth {
        for bound in [birth.value.earliest, birth.value.latest] {
            days.push(bound);
            days.extend(rules.end_age.rows().iter().filter_map(|r| next(march_31_after(bound, r.value))));
            days.extend(prefectural::income_borders(bound, rules));
        }
    }
    days.extend(rules.end_age.changes().chain(rules.move_out_rule.changes()).chain(rules.keep_for_school.changes()));
    days.extend(rules.excluded_while_relief_suspended.changes());
    days.extend(rules.excluded_by_disability_aid.changes().chain(rules.excluded_by_single_parent_aid.changes()));
    days
}

/// Does the day count, and is that certain? `None` where the child is not in the scheme or no rule was in force.
fn valid_on(facts: &Facts, day: Date, rules: &ChildMedical) -> Result<Option<(Share, bool)>, ParamError> {
    let verdicts = [
        age(facts, day, rules)?.verdict,
        residence(facts, day, rules)?.verdict,
        insurance(facts, day).verdict,
        relief(facts, day, rules)?.verdict,
        other_schemes(facts, day, rules)?.verdict,
    ];
    if verdicts.contains(&Verdict::NotSatisfied) {
        return Ok(None);
    }
    let certain = !verdicts.contains(&Verdict::Unclear);
    Ok(Some((prefectural::share_at(facts, day, rules)?.share, certain)))
}

fn spans(facts: &Facts, rules: &ChildMedical) -> Result<Vec<Span>, ParamError> {
    let Some(birth) = &facts.birth else { return Ok(vec![]) };
    let ends = rules.end_age.rows().iter().map(|r| march_31_after(birth.value.latest, r.value));
    let Some(end) = ends.max() else { return Ok(vec![]) };
    let reached = facts.applied_on.as_ref().map(|a| reach(a.value, rules)).transpose()?;
    let start = reached.map_or(birth.value.earliest, |r| r.max(birth.value.earliest));

    let mut days: Vec<Date> = borders(facts, rules).into_iter().filter(|d| *d > start && *d <= end).collect();
    days.push(start);
    days.sort_unstable();
    days.dedup();

    let mut spans: Vec<Span> = vec![];
    for (i, from) in days.iter().copied().enumerate().filter(|(_, d)| *d <= end) {
        let to = days.get(i + 1).and_then(|next| next.yesterday().ok()).unwrap_or(end);
        let found = match valid_on(facts, from, rules) {
            Err(ParamError::NotInForce { .. }) => None,
            other => other?,
        };
        let Some((share, certain)) = found else { continue };
        match spans.last_mut() {
            Some(last)
                if last.share == share
                    && last.certain == certain
                    && last.period.to.and_then(|d| d.tomorrow().ok()) == Some(from) =>
            {
                last.period.to = Some(to);
            }
            _ => spans.push(Span { period: Period { from, to: Some(to) }, share, certain }),
        }
    }
    Ok(spans)
}
