//! What crews do with what waits.

use std::sync::mpsc;

use super::*;

const SETTINGS: CrewSettings = CrewSettings {
    name: "tests",
    threads: 1,
    waiting: 3,
    together: 2,
    patience: Some(Duration::from_secs(5)),
};

/// A name, and what the thread waits for.
type Held = (u8, mpsc::Receiver<()>);

/// A crew that tells what it takes, and waits at each piece that can be waited for.
fn crew() -> (Crew<Held>, mpsc::Receiver<Vec<u8>>) {
    let (tell, told) = mpsc::channel();
    let work = move |pieces: Vec<Held>| {
        tell.send(pieces.iter().map(|(name, _)| *name).collect())
            .unwrap();
        for (_, held) in pieces {
            let _ = held.recv();
        }
    };
    (Crew::start(SETTINGS, work).unwrap(), told)
}

fn held() -> (mpsc::Sender<()>, mpsc::Receiver<()>) {
    mpsc::channel()
}

fn free() -> mpsc::Receiver<()> {
    held().1
}

#[test]
fn what_waits_is_taken_together_and_what_has_no_room_is_refused() {
    let (crew, told) = crew();
    let (release, first) = held();
    crew.push((0, first)).unwrap();
    assert_eq!(told.recv(), Ok(vec![0]));

    for name in 1..=3 {
        crew.push((name, free())).unwrap();
    }

    assert_eq!(crew.push((4, free())), Err(PoolError::Full("tests")));
    drop(release);
    assert_eq!(told.recv(), Ok(vec![1, 2]));
    assert_eq!(told.recv(), Ok(vec![3]));
}

#[test]
fn another_thread_takes_the_place_of_a_stuck_one() {
    let (crew, told) = crew();
    let (release, stuck) = held();
    crew.push((0, stuck)).unwrap();
    assert_eq!(told.recv(), Ok(vec![0]));
    crew.push((1, free())).unwrap();
    let later = Instant::now() + Duration::from_secs(6);

    crew.look_after(Instant::now());
    assert!(told.try_recv().is_err());
    crew.look_after(later);

    assert_eq!(told.recv(), Ok(vec![1]));
    assert!(!crew.is_stuck(later, Duration::from_mins(1)));
    drop(release);
}

#[test]
fn crew_that_has_lost_too_many_threads_is_stuck() {
    let (crew, told) = crew();
    let mut held_back = Vec::new();
    for name in 0..=3 {
        let (release, stuck) = held();
        held_back.push(release);
        crew.push((name, stuck)).unwrap();
        assert_eq!(told.recv(), Ok(vec![name]));
        crew.look_after(Instant::now() + Duration::from_secs(6));
    }
    let (soon, later) = (Instant::now(), Instant::now() + Duration::from_secs(61));

    assert!(!crew.is_stuck(soon, Duration::from_mins(1)));
    assert!(crew.is_stuck(later, Duration::from_mins(1)));
    crew.push((9, free())).unwrap();
    drop(held_back);
    assert_eq!(told.recv(), Ok(vec![9]));
}

#[test]
fn all_that_waits_is_done_before_the_threads_end() {
    let (crew, told) = crew();
    let (release, first) = held();
    crew.push((0, first)).unwrap();
    assert_eq!(told.recv(), Ok(vec![0]));
    crew.push((1, free())).unwrap();

    drop(crew);
    drop(release);

    assert_eq!(told.iter().collect::<Vec<_>>(), [[1]]);
}

#[test]
fn panic_ends_no_thread() {
    let (tell, told) = mpsc::channel();
    let work = move |pieces: Vec<u8>| {
        assert!(pieces != [0], "of no interest");
        tell.send(pieces).unwrap();
    };
    let crew = Crew::start(SETTINGS, work).unwrap();

    crew.push(0).unwrap();
    crew.push(1).unwrap();

    assert!(told.recv().is_ok());
}
