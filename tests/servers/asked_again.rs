//! What is asked a second time: of a server that is not ready yet, and of one that does not take all of a request.

use serde_json::json;
use sqllama::llm::server::{Abilities, Remote, ServerOptions};
use sqllama::llm::{Draws, Generate, Sampling};
use sqllama::signal::Cancel;

use super::stand_in::{StandIn, Step, whole};
use super::{ask, options, request};

/// A server that is still loading is waited for; what it does not take is not sent again and again.
#[test]
fn a_server_that_loads_its_model_is_waited_for() {
    let server = StandIn::new(|request| {
        match request.number {
        0..6 => vec![Step::Send(
            b"HTTP/1.1 503 Service Unavailable\r\nretry-after: 0\r\ncontent-length: 75\r\n\r\n{\"error\":{\"message\":\"Loading model\",\"type\":\"unavailable_error\",\"code\":503}}".to_vec(),
        )],
        _ => vec![Step::Send(super::stand_in::stream_of(&request.json(), "SELECT 1"))],
    }
    });
    let mut model = Remote::new(options(&server.address)).unwrap();
    assert_eq!(ask(&mut model, &request(), &Cancel::new()).1.unwrap().text, "SELECT 1");
    assert_eq!(server.requests.lock().unwrap().len(), 7);
}

#[test]
fn a_field_that_is_refused_costs_one_request() {
    let server = StandIn::new(|request| match request.json().get("stream_options") {
        Some(_) => vec![whole(422, r#"{"detail":"stream_options: extra fields not permitted"}"#)],
        None => vec![Step::Send(super::stand_in::stream_of(&request.json(), "SELECT 1"))],
    });
    let mut model = Remote::new(options(&server.address)).unwrap();
    for _ in 0..3 {
        assert_eq!(ask(&mut model, &request(), &Cancel::new()).1.unwrap().text, "SELECT 1");
    }
    assert_eq!(server.requests.lock().unwrap().len(), 4);
}

/// llama.cpp's gives as many answers to one request as it has slots, which are four where nobody says otherwise.
#[test]
fn more_answers_than_a_server_gives_to_one_request_are_asked_for_one_by_one() {
    let server = StandIn::new(|request| {
        match request.json()["n"].as_u64() {
        Some(n) if n > 4 => vec![whole(
            400,
            &json!({ "error": {
                "code": 400, "message": format!("Field 'n': Value must be between 1 <= value <= 4, but got {n}"), "type": "invalid_request_error",
            } })
            .to_string(),
        )],
        _ => vec![Step::Send(super::stand_in::stream_of(&request.json(), &format!("seed {}", request.json()["seed"])))],
    }
    });
    let known = Abilities { several: true, ..Abilities::unknown() };
    let mut model = Remote::new(ServerOptions { known: Some(known), ..options(&server.address) }).unwrap();
    let samplings: Vec<Sampling> = (0..7).map(|seed| Sampling { temperature: 0.7, seed, ..Sampling::default() }).collect();
    let prompt = request().prompt;
    for _ in 0..2 {
        let draws = [Draws { prompt: &prompt, samplings: &samplings }];
        let all = model.generate_many(&request(), &draws, &Cancel::new(), &mut |_| ()).unwrap();
        let texts: Vec<&str> = all.iter().map(|generation| generation.text.as_str()).collect();
        assert_eq!(texts, ["seed 0", "seed 1", "seed 2", "seed 3", "seed 4", "seed 5", "seed 6"]);
    }
    // It is refused once.
    assert_eq!(server.requests.lock().unwrap().len(), 1 + 7 + 7);
}
