//! The artifact cache (design.md §5, `docs/artifact.md`): compiled packages in files named by their content address.
//!
//! The address of a package is a digest of everything that decides what it compiles to: its sources, the addresses of what it imports,
//! the semantics, the artifact format and the compiler. So an entry is never out of date, only unused. An entry holds its address and
//! the artifact with its own digest; what does not read back as that is as good as absent and is written again. Entries are written
//! beside their place and renamed into it, so readers see whole ones. When the entries together exceed the bound, those that were
//! used longest ago are removed.

use regno_bytecode::artifact::{self, COMPILER_VERSION, FORMAT_VERSION, SEMANTICS};
use regno_bytecode::module::Module;
use regno_frontend::package::PackageSource;
use sha2::{Digest, Sha256};
use std::fmt;
use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::SystemTime;

/// Digest of the compiler's sources.
const COMPILER_DIGEST: &str = env!("REGNO_COMPILER_DIGEST");

const DOMAIN: &[u8] = b"regno package v1\0";
const SUFFIX: &str = "regno";
const KEY_BYTES: usize = 32;

/// Bound on the bytes of all entries unless another is given.
pub const DEFAULT_LIMIT: u64 = 256 << 20;

/// The content address of a compiled package.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Key([u8; KEY_BYTES]);

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl Key {
    /// The address of a package, given those of its direct imports in order.
    #[must_use]
    pub fn of(source: &PackageSource, imports: &[Key]) -> Key {
        let mut hash = Sha256::new();
        let mut part = |bytes: &[u8]| {
            hash.update((bytes.len() as u64).to_le_bytes());
            hash.update(bytes);
        };
        part(DOMAIN);
        part(SEMANTICS.as_bytes());
        part(&FORMAT_VERSION.to_le_bytes());
        part(COMPILER_VERSION.as_bytes());
        part(COMPILER_DIGEST.as_bytes());
        part(source.path.as_bytes());
        part(&[u8::from(source.library)]);
        part(&(source.files.len() as u64).to_le_bytes());
        for file in &source.files {
            part(file.name.as_bytes());
            part(&[u8::from(file.overlay)]);
            part(&file.text);
        }
        imports.iter().for_each(|key| part(&key.0));
        Key(hash.finalize().into())
    }
}

/// What the cache has under an address.
#[derive(Debug)]
pub enum Entry {
    /// The package.
    Found(Box<Module>),
    /// Nothing.
    Absent,
    /// Something that is not the package: why.
    Unusable(String),
}

/// Figures of a cache.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Stats {
    /// Entries.
    pub entries: u64,
    /// Bytes of all entries.
    pub bytes: u64,
}

/// A folder of compiled packages.
#[derive(Debug)]
pub struct Cache {
    folder: PathBuf,
    limit: u64,
    written: AtomicBool,
}

impl Cache {
    /// The cache in a folder, which is made when something is written. All entries together have at most `limit` bytes.
    #[must_use]
    pub fn new(folder: PathBuf, limit: u64) -> Cache {
        Cache { folder, limit, written: AtomicBool::new(false) }
    }

    /// Its folder.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Its bound in bytes.
    #[must_use]
    pub fn limit(&self) -> u64 {
        self.limit
    }

    /// What the cache has under an address; it counts as used.
    #[must_use]
    pub fn get(&self, key: Key, path: &str) -> Entry {
        let file = self.file_of(key);
        let entry = read(&file, key);
        match &entry {
            Entry::Found(module) if module.path != path => Entry::Unusable(format!("it is package {}", module.path)),
            Entry::Found(_) => {
                // Whoever may not write here still may read.
                let _ = File::options().append(true).open(&file).and_then(|file| file.set_modified(SystemTime::now()));
                entry
            }
            _ => entry,
        }
    }

    /// Writes a package. What fails is left as if it had not been tried: the cache only saves time.
    pub fn put(&self, key: Key, module: &Module) {
        if self.write(key, module).is_ok() {
            self.written.store(true, Ordering::Relaxed);
        }
    }

    fn write(&self, key: Key, module: &Module) -> io::Result<()> {
        let place = self.file_of(key);
        let folder = place.parent().unwrap_or(&self.folder);
        fs::create_dir_all(folder)?;
        let unfinished = folder.join(format!(".{key}.{}", std::process::id()));
        let mut file = File::create(&unfinished)?;
        let written = file.write_all(&key.0).and_then(|()| file.write_all(&artifact::encode(module)));
        let renamed = written.and_then(|()| fs::rename(&unfinished, &place));
        if renamed.is_err() {
            let _ = fs::remove_file(&unfinished);
        }
        renamed
    }

    /// Number and bytes of the entries.
    ///
    /// # Errors
    ///
    /// The folder exists and cannot be read.
    pub fn stats(&self) -> io::Result<Stats> {
        let files = self.files()?;
        Ok(Stats { entries: files.len() as u64, bytes: files.iter().map(|file| file.bytes).sum() })
    }

    /// Removes all entries; gives what there was.
    ///
    /// # Errors
    ///
    /// The folder cannot be read, or a file cannot be removed.
    pub fn clean(&self) -> io::Result<Stats> {
        let stats = self.stats()?;
        self.files()?.iter().try_for_each(|file| fs::remove_file(&file.path))?;
        Ok(stats)
    }

    /// Removes the entries used longest ago until the rest fits the bound.
    ///
    /// # Errors
    ///
    /// As [`Cache::clean`].
    pub fn trim(&self) -> io::Result<()> {
        let mut files = self.files()?;
        let mut bytes: u64 = files.iter().map(|file| file.bytes).sum();
        files.sort_by(|a, b| (a.used, &a.path).cmp(&(b.used, &b.path)));
        for file in files {
            if bytes <= self.limit {
                break;
            }
            fs::remove_file(&file.path)?;
            bytes = bytes.saturating_sub(file.bytes);
        }
        Ok(())
    }

    /// Reads every entry; gives the files that are not usable, with the reason.
    ///
    /// # Errors
    ///
    /// The folder cannot be read.
    pub fn damaged(&self) -> io::Result<Vec<(PathBuf, String)>> {
        let mut found = Vec::new();
        for file in self.files()? {
            let reason = match key_of(&file.path).map(|key| read(&file.path, key)) {
                Some(Entry::Found(_)) => continue,
                Some(Entry::Unusable(reason)) => reason,
                Some(Entry::Absent) | None => "its name is no address".to_owned(),
            };
            found.push((file.path, reason));
        }
        Ok(found)
    }

    fn file_of(&self, key: Key) -> PathBuf {
        let name = key.to_string();
        let (group, _) = name.split_at(2);
        self.folder.join(group).join(format!("{name}.{SUFFIX}"))
    }

    /// All entries in the order of their names.
    fn files(&self) -> io::Result<Vec<EntryFile>> {
        let mut files = Vec::new();
        for group in entries(&self.folder)? {
            if !group.file_type()?.is_dir() {
                continue;
            }
            for entry in entries(&group.path())? {
                let path = entry.path();
                if path.extension().is_some_and(|suffix| suffix == SUFFIX) {
                    let data = entry.metadata()?;
                    files.push(EntryFile { path, bytes: data.len(), used: data.modified()? });
                }
            }
        }
        files.sort_by(|a, b| a.path.cmp(&b.path));
        Ok(files)
    }
}

impl Drop for Cache {
    fn drop(&mut self) {
        if self.written.load(Ordering::Relaxed) {
            // The bound is kept as well as the folder allows.
            let _ = self.trim();
        }
    }
}

struct EntryFile {
    path: PathBuf,
    bytes: u64,
    used: SystemTime,
}

/// The entries of a folder; none if it does not exist.
fn entries(folder: &Path) -> io::Result<Vec<fs::DirEntry>> {
    match fs::read_dir(folder) {
        Ok(entries) => entries.collect(),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Vec::new()),
        Err(error) => Err(error),
    }
}

/// The address that a file is named by.
fn key_of(path: &Path) -> Option<Key> {
    let name = path.file_stem()?.to_str()?;
    let mut key = [0; KEY_BYTES];
    if name.len() != 2 * KEY_BYTES || !name.is_ascii() {
        return None;
    }
    for (index, byte) in key.iter_mut().enumerate() {
        *byte = u8::from_str_radix(name.get(2 * index..2 * index + 2)?, 16).ok()?;
    }
    Some(Key(key))
}

fn read(file: &Path, key: Key) -> Entry {
    let bytes = match fs::read(file) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Entry::Absent,
        Err(error) => return Entry::Unusable(error.to_string()),
    };
    let Some((recorded, bytes)) = bytes.split_first_chunk::<KEY_BYTES>() else {
        return Entry::Unusable("it ends too early".to_owned());
    };
    if *recorded != key.0 {
        return Entry::Unusable("it is the entry of another address".to_owned());
    }
    match artifact::decode(bytes) {
        Ok(module) => Entry::Found(Box::new(module)),
        Err(error) => Entry::Unusable(error.to_string()),
    }
}
