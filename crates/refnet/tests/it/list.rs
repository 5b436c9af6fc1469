//! The permitted list, every combination of it, through the keeper.

use crate::support::{TODAY, World, item, member, sakai, shinjuku, worlds};
use std::collections::BTreeMap;
use wire::ident::{DataSet, InstitutionCode, Mode, RequestId};
use wire::list::{Kind, PermittedList};
use wire::machine::{Ask, Body, Party};

/// Everything that the keeper answered to the asker, by request.
async fn answers(world: &mut World, asker: &InstitutionCode) -> BTreeMap<RequestId, bool> {
    while world.keeper.send_due(&world.post).await.unwrap().gone > 0 {}
    let arrived: Vec<_> = std::mem::take(&mut *world.post.arrived.lock().unwrap());
    let told = arrived.into_iter().filter(|(to, _)| *to == Party::Gateway(asker.clone()));
    let read = told.filter_map(|(_, body)| match body {
        Body::PermitGranted(permit) => Some((permit.terms.request, true)),
        Body::PermitDenied { request, .. } => Some((request, false)),
        _ => None,
    });
    read.collect()
}

/// Every procedure × kind of asker × kind of provider × data set of the list, asked by two institutions of which one has notified an
/// ordinance: permitted exactly when a line of the file says so, read here a second time without the program's reader.
#[tokio::test]
async fn every_combination_is_decided_as_the_file_says() {
    let list = PermittedList::load().unwrap();
    let file: toml::Table = include_str!("../../../../params/exchange/permitted_inquiries.toml").parse().unwrap();
    let today = TODAY.to_string();
    let text = |row: &toml::Value, key: &str| row.get(key).and_then(|v| v.as_str()).unwrap_or("9999-12-31").to_owned();
    let live: Vec<[String; 5]> = file["row"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|row| text(row, "effective_from") <= today && today <= text(row, "effective_to"))
        .map(|row| ["procedure", "asker", "provider", "data_set", "ground"].map(|key| text(row, key)))
        .collect();
    let izumi = crate::support::izumi();
    let (mut asked, mut granted) = (0, 0);
    for mut world in worlds().await {
        for at in [sakai(), izumi.clone()] {
            world.acquires(&at, 1).await;
        }
        for asker in [sakai(), izumi.clone()] {
            let code = world.code(&asker, 1).unwrap();
            let notified = list.notified().contains(&asker);
            assert_eq!(notified, asker == sakai());
            for a in list.kinds().keys() {
                for b in list.kinds().keys() {
                    join(&world, &asker, a).await;
                    join(&world, &shinjuku(), b).await;
                    let mut expected = BTreeMap::new();
                    let mut asks = vec![];
                    for p in list.procedures().keys() {
                        for d in list.data_sets().keys() {
                            let request = RequestId::draw(&mut world.dice);
                            let listed = |ground: &str| {
                                live.iter().any(|[lp, la, lb, ld, lg]| {
                                    (lp.as_str(), la, lb, ld.as_str(), lg.as_str())
                                        == (p.as_str(), &a.0, &b.0, d.as_str(), ground)
                                })
                            };
                            expected.insert(request, listed("statutory") || (listed("ordinance") && notified));
                            asks.push(Body::PermitRequest(Box::new(Ask {
                                request,
                                asker: asker.clone(),
                                code,
                                provider: shinjuku(),
                                procedure: p.clone(),
                                data_set: DataSet { id: d.clone(), version: 1 },
                                items: vec![item()],
                                hidden: false,
                                mode: Mode::Production,
                            })));
                        }
                    }
                    world.keeper.hear(&Party::Gateway(asker.clone()), asks).await.unwrap();
                    let answered = answers(&mut world, &asker).await;
                    asked += expected.len();
                    granted += expected.values().filter(|permitted| **permitted).count();
                    assert_eq!(answered, expected, "{asker} {} {}", a.0, b.0);
                }
            }
        }
        world.done().await;
    }
    assert!(asked > 5_000 && granted > 50, "{asked} asked, {granted} granted");
}

async fn join(world: &World, institution: &InstitutionCode, kind: &Kind) {
    world.keeper.admit(&member(institution, &kind.0)).await.unwrap();
}
