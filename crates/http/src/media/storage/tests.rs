use object_store::throttle::{ThrottleConfig, ThrottledStore};

use super::*;

/// Longer than any test lives.
const NEVER: Duration = Duration::from_hours(1);

/// A storage whose calls, or pieces of files, come never.
async fn silent(config: ThrottleConfig) -> MediaStorage {
    let files = InMemory::new();
    let content = Bytes::from_static(b"content").into();
    files.put(&Key::from("a.png"), content).await.unwrap();
    let objects = Arc::new(ThrottledStore::new(files, config));
    MediaStorage::new(objects, None, Duration::from_millis(20)).unwrap()
}

#[actix_web::test]
async fn storage_that_does_not_answer_is_given_up_by_each_operation() {
    let storage = silent(ThrottleConfig {
        wait_delete_per_call: NEVER,
        wait_get_per_call: NEVER,
        wait_put_per_call: NEVER,
        ..ThrottleConfig::default()
    })
    .await;

    let content = Bytes::from_static(b"content");
    let outcomes = [
        storage.head("a.png").await.err(),
        storage.open_file("a.png", None).await.err(),
        storage.put("b.png", content).await.err(),
        storage.delete("a.png").await.err(),
    ];

    for outcome in outcomes {
        assert!(matches!(outcome, Some(StorageError::Late)), "{outcome:?}");
    }
}

#[test]
fn purge_gives_a_storage_up_that_does_not_answer() {
    let storage = actix_web::rt::System::new().block_on(silent(ThrottleConfig {
        wait_delete_per_call: NEVER,
        ..ThrottleConfig::default()
    }));

    let outcome = storage.delete_and_wait("a.png");

    assert!(matches!(outcome, Err(StorageError::Late)), "{outcome:?}");
}

#[actix_web::test]
async fn file_of_which_no_more_comes_ends_with_an_error() {
    let storage = silent(ThrottleConfig {
        wait_get_per_byte: NEVER,
        ..ThrottleConfig::default()
    })
    .await;

    let (meta, pieces) = storage.open_file("a.png", None).await.unwrap().unwrap();
    let pieces: Vec<_> = pieces.take(1).collect().await;

    assert_eq!(meta.size, 7);
    assert_eq!(
        pieces[0].as_ref().unwrap_err().kind(),
        io::ErrorKind::TimedOut
    );
}

#[test]
fn whole_files_come_and_go_under_names_that_files_can_have() {
    let folder = tempfile::tempdir().unwrap();
    let bucket = MediaStorage::in_memory().unwrap();
    for storage in [bucket, MediaStorage::in_folder(folder.path()).unwrap()] {
        // More than comes in one piece.
        let content: Vec<u8> = (0..300_000_u32).flat_map(u32::to_le_bytes).collect();

        storage
            .write_and_wait("users/a.png", content.clone())
            .unwrap();
        let odd = storage.write_and_wait("../a.png", content.clone());

        assert_eq!(storage.read_and_wait("users/a.png").unwrap(), Some(content));
        assert_eq!(storage.read_and_wait("users/b.png").unwrap(), None);
        assert_eq!(storage.read_and_wait("../a.png").unwrap(), None);
        assert!(matches!(odd, Err(StorageError::GaveUp)), "{odd:?}");
        assert!(storage.takes("users/a.png") && !storage.takes("../a.png"));
    }
}
