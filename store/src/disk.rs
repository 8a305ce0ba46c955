//! A store in a file, on `redb`.
//!
//! Each batch of writes is one transaction, synced to the disk before it is reported as done; a crash leaves the state of the
//! last finished batch. The file names its format; a file of another format is not touched.

use crate::store::{Snapshot, Space, Store, StoreError, Write};
use redb::{Database, DatabaseError, ReadOnlyTable, ReadableTable, StorageBackend, StorageError, TableDefinition};
use std::path::Path;

/// Format of the entries; goes up with any change of keys or encodings.
pub const FORMAT: &str = "1";
/// Name of the state's file in its directory.
pub const FILE: &str = "state.redb";

const BASE: TableDefinition<'_, &str, &[u8]> = TableDefinition::new("base");
const MERKLE: TableDefinition<'_, &str, &[u8]> = TableDefinition::new("merkle");
const ABOUT: TableDefinition<'_, &str, &str> = TableDefinition::new("about");

/// A store in a file.
pub struct DiskStore {
    database: Database,
}

impl std::fmt::Debug for DiskStore {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("DiskStore").finish_non_exhaustive()
    }
}

fn io(error: impl std::fmt::Display) -> StoreError {
    StoreError::Io(error.to_string())
}

/// An error from opening the state in a directory.
fn unopened(directory: &Path, error: &DatabaseError) -> StoreError {
    let directory = directory.display();
    match error {
        DatabaseError::DatabaseAlreadyOpen => StoreError::Io(format!("another process uses the state in {directory}")),
        DatabaseError::Storage(StorageError::Io(error)) if error.kind() == std::io::ErrorKind::InvalidData => {
            StoreError::Io(format!("{FILE} in {directory} is no state"))
        }
        error => StoreError::Io(format!("{directory}: {error}")),
    }
}

fn table(space: Space) -> TableDefinition<'static, &'static str, &'static [u8]> {
    match space {
        Space::Base => BASE,
        Space::Merkle => MERKLE,
    }
}

impl DiskStore {
    /// Opens the state in a directory; makes both if they are not there.
    ///
    /// # Errors
    ///
    /// [`StoreError`]: the file cannot be read or written, is in use, is damaged, or has another format.
    pub fn open(directory: &Path) -> Result<DiskStore, StoreError> {
        std::fs::create_dir_all(directory).map_err(io)?;
        let file = directory.join(FILE);
        if !file.exists() {
            // Made whole under another name, so that a crash leaves no half of a new state.
            let new = directory.join(format!("{FILE}.new"));
            match std::fs::remove_file(&new) {
                Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(io(error)),
                _ => {}
            }
            drop(DiskStore::checked(Database::create(&new).map_err(io)?)?);
            std::fs::rename(&new, &file).map_err(io)?;
        }
        DiskStore::checked(Database::create(file).map_err(|error| unopened(directory, &error))?)
    }

    /// Opens the state in a directory that must have one.
    ///
    /// # Errors
    ///
    /// As [`DiskStore::open`], and if there is none.
    pub fn open_existing(directory: &Path) -> Result<DiskStore, StoreError> {
        let file = directory.join(FILE);
        if !file.is_file() {
            return Err(StoreError::Io(format!("no state in {}", directory.display())));
        }
        DiskStore::checked(Database::open(file).map_err(|error| unopened(directory, &error))?)
    }

    /// A store on a backend of the caller's.
    ///
    /// # Errors
    ///
    /// As [`DiskStore::open`].
    pub fn with_backend(backend: impl StorageBackend) -> Result<DiskStore, StoreError> {
        DiskStore::checked(Database::builder().create_with_backend(backend).map_err(io)?)
    }

    fn checked(database: Database) -> Result<DiskStore, StoreError> {
        let transaction = database.begin_write().map_err(io)?;
        let fresh = transaction.list_tables().map_err(io)?.next().is_none();
        let found = {
            let mut about = transaction.open_table(ABOUT).map_err(io)?;
            if fresh {
                about.insert("format", FORMAT).map_err(io)?;
            }
            let found = about.get("format").map_err(io)?;
            found.map_or_else(|| "unknown".to_owned(), |text| text.value().to_owned())
        };
        if found != FORMAT {
            transaction.abort().map_err(io)?;
            return Err(StoreError::Version { found, expected: FORMAT.to_owned() });
        }
        for space in [BASE, MERKLE] {
            transaction.open_table(space).map_err(io)?;
        }
        if fresh {
            transaction.commit().map_err(io)?;
        } else {
            transaction.abort().map_err(io)?;
        }
        Ok(DiskStore { database })
    }
}

struct View {
    base: ReadOnlyTable<&'static str, &'static [u8]>,
    merkle: ReadOnlyTable<&'static str, &'static [u8]>,
}

impl View {
    fn table(&self, space: Space) -> &ReadOnlyTable<&'static str, &'static [u8]> {
        match space {
            Space::Base => &self.base,
            Space::Merkle => &self.merkle,
        }
    }
}

impl Snapshot for View {
    fn get(&self, space: Space, key: &str) -> Result<Option<Vec<u8>>, StoreError> {
        let found = self.table(space).get(key).map_err(io)?;
        Ok(found.map(|value| value.value().to_vec()))
    }

    fn scan(&self, space: Space, prefix: &str, each: &mut dyn FnMut(&str, &[u8]) -> bool) -> Result<(), StoreError> {
        for entry in self.table(space).range(prefix..).map_err(io)? {
            let (key, value) = entry.map_err(io)?;
            if !key.value().starts_with(prefix) || !each(key.value(), value.value()) {
                break;
            }
        }
        Ok(())
    }
}

impl Store for DiskStore {
    fn snapshot(&self) -> Result<Box<dyn Snapshot>, StoreError> {
        let transaction = self.database.begin_read().map_err(io)?;
        let base = transaction.open_table(BASE).map_err(io)?;
        let merkle = transaction.open_table(MERKLE).map_err(io)?;
        Ok(Box::new(View { base, merkle }))
    }

    fn write(&self, writes: &[Write]) -> Result<(), StoreError> {
        let transaction = self.database.begin_write().map_err(io)?;
        for space in [Space::Base, Space::Merkle] {
            let mut table = transaction.open_table(table(space)).map_err(io)?;
            for write in writes.iter().filter(|write| write.space == space) {
                match &write.value {
                    Some(value) => table.insert(write.key.as_str(), value.as_slice()).map_err(io)?,
                    None => table.remove(write.key.as_str()).map_err(io)?,
                };
            }
        }
        transaction.commit().map_err(io)
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used)]

    use super::*;
    use redb::backends::InMemoryBackend;
    use std::io;
    use std::sync::Arc;
    use std::sync::atomic::{AtomicU64, Ordering};

    fn put(key: &str, value: &[u8]) -> Write {
        Write::new(Space::Base, key, Some(value.to_vec()))
    }

    #[test]
    fn snapshots_do_not_see_later_writes_and_reopening_keeps_them() {
        let directory = tempfile::tempdir().unwrap();
        let store = DiskStore::open(directory.path()).unwrap();
        store.write(&[put("oid:a", b"1")]).unwrap();
        let before = store.snapshot().unwrap();
        store.write(&[put("oid:a", b"2"), put("oid:b", b"3")]).unwrap();
        assert_eq!(before.get(Space::Base, "oid:a").unwrap().unwrap(), b"1");
        assert_eq!(before.get(Space::Base, "oid:b").unwrap(), None);
        drop((before, store));
        let store = DiskStore::open_existing(directory.path()).unwrap();
        let mut keys = Vec::new();
        store
            .snapshot()
            .unwrap()
            .scan(Space::Base, "oid:", &mut |key, _| {
                keys.push(key.to_owned());
                true
            })
            .unwrap();
        assert_eq!(keys, ["oid:a", "oid:b"]);
    }

    #[test]
    fn another_format_is_refused_and_kept() {
        let directory = tempfile::tempdir().unwrap();
        drop(DiskStore::open(directory.path()).unwrap());
        let database = Database::create(directory.path().join(FILE)).unwrap();
        let transaction = database.begin_write().unwrap();
        transaction.open_table(ABOUT).unwrap().insert("format", "0").unwrap();
        transaction.commit().unwrap();
        drop(database);
        for _ in 0..2 {
            let error = DiskStore::open(directory.path()).unwrap_err();
            assert_eq!(error, StoreError::Version { found: "0".to_owned(), expected: FORMAT.to_owned() });
        }
        assert!(DiskStore::open_existing(&directory.path().join("none")).is_err());
    }

    /// A disk that is full after some bytes; a write that does not fit is done in part.
    #[derive(Debug)]
    struct Full {
        below: Arc<InMemoryBackend>,
        left: Arc<AtomicU64>,
    }

    impl StorageBackend for Full {
        fn len(&self) -> io::Result<u64> {
            self.below.len()
        }
        fn read(&self, offset: u64, len: usize) -> io::Result<Vec<u8>> {
            self.below.read(offset, len)
        }
        fn set_len(&self, len: u64) -> io::Result<()> {
            self.below.set_len(len)
        }
        fn sync_data(&self, eventual: bool) -> io::Result<()> {
            self.below.sync_data(eventual)
        }
        fn write(&self, offset: u64, data: &[u8]) -> io::Result<()> {
            let left = self.left.load(Ordering::SeqCst);
            let fits = data.len().min(left as usize);
            self.left.store(left - fits as u64, Ordering::SeqCst);
            self.below.write(offset, &data[..fits])?;
            if fits < data.len() { Err(io::ErrorKind::StorageFull.into()) } else { Ok(()) }
        }
    }

    #[test]
    fn a_full_disk_ends_in_an_error_and_loses_nothing_committed() {
        for room in (0..200_000).step_by(7_001) {
            let below = Arc::new(InMemoryBackend::new());
            let left = Arc::new(AtomicU64::new(u64::MAX));
            let open = |left: &Arc<AtomicU64>| {
                DiskStore::with_backend(Full { below: Arc::clone(&below), left: Arc::clone(left) })
            };
            let store = open(&left).unwrap();
            left.store(room, Ordering::SeqCst);
            let mut done = 0;
            while done < 50 && store.write(&[put("first", &[done; 3000]), put("second", &[done; 3000])]).is_ok() {
                done += 1;
            }
            drop(store);
            let store = open(&Arc::new(AtomicU64::new(u64::MAX))).unwrap();
            let view = store.snapshot().unwrap();
            let (first, second) = (view.get(Space::Base, "first").unwrap(), view.get(Space::Base, "second").unwrap());
            assert_eq!(first, second);
            let number = first.map_or(0, |value| value[0] + 1);
            // The failed write may have become durable before its error; nothing else may be seen.
            assert!(number == done || number == done + 1, "{number} {done}");
        }
    }
}
