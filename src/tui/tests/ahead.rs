//! Questions that are still being typed.

use super::super::update::is_read_ahead_wanted;
use super::*;
use crate::ask::Ahead;
use crate::store::WhileTyping;

#[test]
fn a_question_is_read_while_it_is_typed() {
    let mut screen = Screen::opened((80, 24));
    let work = |screen: &Screen| {
        screen.effects.iter().find_map(|effect| match effect {
            Effect::Submit { job, work: Work::ReadAhead { asked, .. } } => Some((*job, asked.question.clone())),
            _ => None,
        })
    };
    // Each key tells the time, too.
    let typed = |screen: &mut Screen, text: &str, at| {
        text.chars().for_each(|c| {
            screen.press(&[&c.to_string()]);
            screen.event(Event::Tick(at));
        });
        work(screen)
    };
    assert_eq!(typed(&mut screen, "Which artists have", 1_000), None, "no model is loaded");
    screen.state.model = Some(ModelInfo::default());
    assert_eq!(typed(&mut screen, " ", 1_000).map(|(_, question)| question), Some("Which artists have".into()));
    let reading = screen.state.running.last().unwrap().job;
    assert!(screen.drawn().contains("idle"), "nobody need know");
    assert_eq!(typed(&mut screen, "more than three albums of", 2_000), None, "the model still reads");
    screen.done(reading, Outcome::Prepared);
    screen.event(Event::Tick(2_100));
    let (reading, question) = work(&screen).unwrap();
    assert_eq!(question, "Which artists have more than three albums of");
    screen.done(reading, Outcome::Failed(JobFailure { message: "what is asked says so".into(), hint: None }));
    assert_eq!(typed(&mut screen, "jazz", 3_000), None, "one word is too little");
    screen.event(Event::Tick(3_240));
    assert_eq!(work(&screen), None);
    screen.event(Event::Tick(3_260));
    let (reading, _) = work(&screen).expect("a pause is enough");
    screen.event(Event::Tick(4_000));
    assert_eq!(work(&screen), None, "it was read");
    screen.press(&["enter"]);
    assert!(screen.effects.contains(&Effect::Cancel(reading)));
    screen.submitted(|work| matches!(work, Work::Ask(asked) if asked.question.ends_with("ofjazz")));
    screen.event(Event::Tick(5_000));
    assert_eq!(work(&screen), None, "an empty line needs no reading");
}

#[test]
fn an_answer_is_rehearsed_anew_when_the_sentence_ends() {
    let mut screen = Screen::opened((80, 24));
    screen.state.model = Some(ModelInfo::default());
    let work = |screen: &Screen| match screen.state.running.last().map(|job| (job.job, &job.work)) {
        Some((job, Work::ReadAhead { asked, ahead })) => (job, asked.question.clone(), *ahead),
        other => panic!("{other:?}"),
    };
    let typed = |screen: &mut Screen, text: &str, at| {
        text.chars().for_each(|c| {
            screen.press(&[&c.to_string()]);
        });
        screen.event(Event::Tick(at));
    };
    typed(&mut screen, "How many songs", 1_000);
    let (first, question, ahead) = work(&screen);
    assert_eq!((question.as_str(), ahead), ("How many songs", Ahead::Rehearse));
    typed(&mut screen, " are there", 1_200);
    assert_eq!(work(&screen).0, first, "what it writes may still be right");
    typed(&mut screen, "?", 1_220);
    assert!(screen.effects.contains(&Effect::Cancel(first)));
    screen.event(Event::Tick(1_230));
    assert!(!screen.effects.contains(&Effect::Cancel(first)), "once is enough");
    screen.done(first, Outcome::Cancelled);
    screen.event(Event::Tick(1_240));
    let (second, question, _) = work(&screen);
    assert_eq!(question, "How many songs are there?");
    screen.event(Event::Tick(5_000));
    assert!(!screen.effects.contains(&Effect::Cancel(second)), "this is what will be asked");
    screen.done(second, Outcome::Prepared);
    screen.event(Event::Tick(6_000));
    assert!(screen.state.running.iter().all(|job| !matches!(job.work, Work::ReadAhead { .. })), "it is known");
}

#[test]
fn how_much_is_done_while_typing_is_the_persons_choice() {
    for (choice, expected) in [(WhileTyping::Read, Some(Ahead::Read)), (WhileTyping::Wait, None)] {
        let mut screen = Screen::opened((80, 24));
        screen.state.model = Some(ModelInfo::default());
        screen.state.options.while_typing = choice;
        screen.press(&["How many songs are there?"]);
        screen.event(Event::Tick(1_000));
        let ahead = screen.effects.iter().find_map(|effect| match effect {
            Effect::Submit { work: Work::ReadAhead { ahead, .. }, .. } => Some(*ahead),
            _ => None,
        });
        assert_eq!(ahead, expected);
        assert!(!is_read_ahead_wanted(&screen.state), "{choice:?}: time need not be told often");
    }
}
