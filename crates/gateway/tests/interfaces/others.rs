//! JTK and OSR: 自己情報 and お知らせ.

use super::Case;
use super::support::calls::{count, known, single};
use super::support::{World, dan, request, tax};
use serde_json::{Value as Json, json};
use wire::code::CodeSecret;

/// The person asks through the portal; answers the number of the request.
pub async fn looked(world: &World) -> Json {
    known(world).await;
    let code = {
        let network = world.network.lock().unwrap();
        let person = network.person(&super::support::lineage(1));
        CodeSecret::code(&network.authority.secret, &person, &world.b.code)
    };
    let own = world.b.keeper.own(&code, &tax(1)).await.unwrap();
    assert!(matches!(own, wire::own::OwnData::Records(_)));
    single(&world.b, "JTK_10112", &json!({})).await.unwrap()[0]["own"].clone()
}

pub struct OwnContent;
impl Case for OwnContent {
    async fn good(world: &World) -> Json {
        json!({ "own": looked(world).await })
    }
    fn bad() -> (Json, &'static str) {
        (json!({ "own": "none" }), "NOT_FOUND")
    }
    fn answer(answer: &Json) {
        assert_eq!(answer["records"][0]["items"]["市町村民税所得割額"], json!({ "given": "120000" }));
    }
    async fn effect(world: &World) {
        assert_eq!(count(&world.b, "select count(*) as n from gateway_own where disclosed").await, 1);
    }
}

fn message(n: u8) -> Json {
    json!({ "message": request(n), "dan": dan(1), "title": "保育料のお知らせ", "content": "令和9年4月からの保育料が決まりました。" })
}

pub struct MessageSend;
impl Case for MessageSend {
    async fn good(world: &World) -> Json {
        world.knows(1).await;
        message(1)
    }
    fn bad() -> (Json, &'static str) {
        (json!({ "message": request(2), "dan": dan(1), "title": " ", "content": "本文" }), "BAD_REQUEST")
    }
    fn answer(answer: &Json) {
        assert_eq!(answer["state"], json!("accepted"));
    }
    async fn effect(world: &World) {
        assert_eq!(count(&world.b, "select count(*) as n from gateway_message where state = 'accepted'").await, 1);
        let nobody = json!({ "message": request(3), "dan": dan(9), "title": "題", "content": "本文" });
        assert_eq!(single(&world.b, "OSR_10111", &nobody).await.unwrap()["state"], json!("rejected"), "nobody to reach");
    }
}

pub struct MessageStatus;
impl Case for MessageStatus {
    async fn good(world: &World) -> Json {
        let message = MessageSend::good(world).await;
        single(&world.b, "OSR_10111", &message).await.unwrap();
        json!({ "message": request(1) })
    }
    fn bad() -> (Json, &'static str) {
        (json!({ "message": request(7) }), "NOT_FOUND")
    }
    fn answer(answer: &Json) {
        MessageSend::answer(answer);
    }
    async fn effect(world: &World) {
        assert_eq!(count(&world.b, "select count(*) as n from gateway_message where state = 'accepted'").await, 1);
    }
}

pub struct MessageCancel;
impl Case for MessageCancel {
    async fn good(world: &World) -> Json {
        MessageStatus::good(world).await
    }
    fn bad() -> (Json, &'static str) {
        MessageStatus::bad()
    }
    fn answer(answer: &Json) {
        assert_eq!(answer["state"], json!("cancelled"));
    }
    async fn effect(world: &World) {
        assert_eq!(count(&world.b, "select count(*) as n from gateway_message where state = 'cancelled'").await, 1);
        let again = single(&world.b, "OSR_30111", &json!({ "message": request(1) })).await.unwrap_err();
        assert_eq!(again.code, "CONFLICT", "once is enough");
    }
}
