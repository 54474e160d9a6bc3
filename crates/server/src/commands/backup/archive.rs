//! The archive of a backup: a compressed tar file, whose last member says what the others are.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs::File;
use std::io::{self, BufReader, Read, Seek, Write};

use flate2::Compression;
use flate2::bufread::GzDecoder;
use flate2::write::GzEncoder;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use tar::{Archive, Builder, EntryType, Header};

use crate::error::Failure;

/// The rows of the database, as `profiled export` writes them.
pub(super) const ROWS: &str = "store.jsonl";

const MANIFEST: &str = "manifest.json";
const FORMAT: &str = "profiled backup";
const VERSION: u32 = 1;

/// Largest member that is read into memory, in bytes: a media file, a key, the manifest.
pub(super) const LARGEST: u64 = 1 << 30;

/// What is left of a tar file behind its last member, in bytes at most.
const LONGEST_END: u64 = 1 << 20;

/// What the archive has.
#[derive(Debug, Deserialize, Serialize)]
pub(super) struct Manifest {
    format: String,
    version: u32,
    /// The version that has written it.
    pub(super) build: String,
    /// When it was begun: UTC, RFC 3339.
    pub(super) time: String,
    /// The newest migration of the database.
    pub(super) schema: String,
    /// Rows by table.
    pub(super) rows: BTreeMap<String, u64>,
    /// All other members, in their order.
    pub(super) members: Vec<Member>,
}

/// A member. Its name is a number of ours; where it came from is its path, which no archiver follows.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
pub(super) struct Member {
    pub(super) name: String,
    /// Of a media file the key, of a key the path below the data folder.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) path: Option<String>,
    pub(super) size: u64,
    /// In hexadecimal digits.
    pub(super) sha256: String,
}

impl Manifest {
    /// The members of a folder with their paths.
    pub(super) fn paths<'a>(&'a self, folder: &'a str) -> impl Iterator<Item = (&'a str, &'a str)> {
        let of_folder = move |member: &'a Member| {
            let (own, _) = member.name.split_once('/')?;
            let path = member.path.as_deref()?;
            (own == folder).then_some((member.name.as_str(), path))
        };
        self.members.iter().filter_map(of_folder)
    }
}

/// An archive that is being written.
pub(super) struct Writer<W: Write> {
    tar: Builder<GzEncoder<W>>,
    members: Vec<Member>,
    seconds: u64,
}

impl<W: Write> Writer<W> {
    /// `seconds` since 1970 are the time of all members.
    pub(super) fn new(out: W, seconds: u64) -> Self {
        Self {
            tar: Builder::new(GzEncoder::new(out, Compression::fast())),
            members: Vec::new(),
            seconds,
        }
    }

    pub(super) fn add(
        &mut self,
        name: String,
        path: Option<String>,
        size: u64,
        content: impl Read,
    ) -> io::Result<()> {
        let mut hashed = Hashed::new(content);
        self.append(&name, size, &mut hashed)?;
        self.members.push(Member {
            name,
            path,
            size,
            sha256: hashed.hex(),
        });
        Ok(())
    }

    fn append(&mut self, name: &str, size: u64, content: impl Read) -> io::Result<()> {
        let mut header = Header::new_gnu();
        header.set_entry_type(EntryType::Regular);
        header.set_path(name)?;
        header.set_size(size);
        header.set_mode(0o600);
        header.set_mtime(self.seconds);
        header.set_cksum();
        self.tar.append(&header, content)
    }

    /// Writes the manifest, and the end.
    pub(super) fn finish(
        mut self,
        schema: String,
        time: String,
        rows: BTreeMap<String, u64>,
    ) -> io::Result<Manifest> {
        let manifest = Manifest {
            format: FORMAT.to_owned(),
            version: VERSION,
            build: env!("CARGO_PKG_VERSION").to_owned(),
            time,
            schema,
            rows,
            members: std::mem::take(&mut self.members),
        };
        let text = serde_json::to_vec_pretty(&manifest)?;
        let size = u64::try_from(text.len()).unwrap_or(u64::MAX);
        self.append(MANIFEST, size, &*text)?;
        self.tar.into_inner()?.finish()?.flush()?;
        Ok(manifest)
    }
}

/// The archive cannot be used.
fn refused(reason: impl std::fmt::Display) -> Failure {
    Failure::failed(format!("the archive {reason}"))
}

fn unreadable(error: &io::Error) -> Failure {
    refused(format!("cannot be read: {error}"))
}

/// Reads an archive from its beginning, one member after the other.
pub(super) struct Reader<'a> {
    archive: Archive<GzDecoder<BufReader<&'a mut File>>>,
}

impl<'a> Reader<'a> {
    pub(super) fn new(file: &'a mut File) -> Result<Self, Failure> {
        file.rewind().map_err(|error| unreadable(&error))?;
        let archive = Archive::new(GzDecoder::new(BufReader::new(file)));
        Ok(Self { archive })
    }

    /// The members with their names. Nothing but plain files is taken, and no name that is not its own.
    pub(super) fn members(
        &mut self,
    ) -> Result<impl Iterator<Item = Result<(String, impl Read), Failure>>, Failure> {
        let entries = self.archive.entries();
        let entries = entries.map_err(|error| unreadable(&error))?.raw(true);
        Ok(entries.map(|entry| {
            let entry = entry.map_err(|error| unreadable(&error))?;
            let name = String::from_utf8_lossy(&entry.path_bytes()).into_owned();
            if entry.header().entry_type() != EntryType::Regular || !is_name(&name) {
                return Err(refused(format!("has a member that is none: {name:?}")));
            }
            Ok((name, entry))
        }))
    }

    /// Reads what is behind the last member: its sum is compared then.
    fn end(self) -> Result<(), Failure> {
        let mut rest = self.archive.into_inner();
        let read = io::copy(&mut (&mut rest).take(LONGEST_END), &mut io::sink());
        let read = read.map_err(|error| unreadable(&error))?;
        let mut beyond = [0];
        let is_over = read < LONGEST_END && matches!(rest.into_inner().read(&mut beyond), Ok(0));
        if is_over {
            Ok(())
        } else {
            Err(refused("goes on behind its end"))
        }
    }
}

/// Whether it is a name that we give: nothing in it leads anywhere.
fn is_name(name: &str) -> bool {
    let numbered = name
        .strip_prefix("media/")
        .or_else(|| name.strip_prefix("keys/"));
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    name == ROWS || name == MANIFEST || numbered.is_some_and(is_number)
}

/// Reads the whole archive and compares it with its manifest. `read` hears of the bytes of each member.
pub(super) fn verify(file: &mut File, mut read: impl FnMut(u64)) -> Result<Manifest, Failure> {
    let mut reader = Reader::new(file)?;
    let mut found = Vec::new();
    let mut manifest = None;
    for member in reader.members()? {
        let (name, content) = member?;
        if manifest.is_some() {
            return Err(refused("has members behind its manifest"));
        }
        if name == MANIFEST {
            let text = whole(content)?;
            manifest = Some(parse(&text)?);
            continue;
        }
        let mut hashed = Hashed::new(content);
        let most = if name == ROWS { u64::MAX } else { LARGEST + 1 };
        let size = io::copy(&mut (&mut hashed).take(most), &mut io::sink());
        let size = size.map_err(|error| unreadable(&error))?;
        if size == most {
            return Err(refused(format!("has a file that is too large: {name}")));
        }
        read(size);
        found.push((name, size, hashed.hex()));
    }
    reader.end()?;
    let manifest: Manifest = manifest.ok_or_else(|| refused("has no manifest: it is cut off"))?;
    if found.first().is_none_or(|(name, ..)| name != ROWS) {
        return Err(refused("does not begin with the rows"));
    }
    let told = manifest.members.iter();
    let told = told.map(|it| (it.name.as_str(), it.size, it.sha256.as_str()));
    let found_members = found
        .iter()
        .map(|(name, size, sha256)| (name.as_str(), *size, sha256.as_str()));
    let pairs = told.clone().zip(found_members.clone());
    if let Some((other, _)) = pairs.clone().find(|(told, found)| told != found) {
        return Err(refused(format!("is damaged: {} is another one", other.0)));
    }
    if told.count() != found.len() {
        return Err(refused("does not have what its manifest says"));
    }
    Ok(manifest)
}

fn parse(text: &[u8]) -> Result<Manifest, Failure> {
    let manifest = serde_json::from_slice::<Manifest>(text).ok();
    let manifest = manifest.filter(|manifest| manifest.format == FORMAT);
    let manifest = manifest.ok_or_else(|| refused("is none of profiled backup"))?;
    if manifest.version == VERSION {
        return Ok(manifest);
    }
    Err(refused(format!(
        "has version {} of backups, this build knows {VERSION}",
        manifest.version
    )))
}

/// A member in memory.
pub(super) fn whole(content: impl Read) -> Result<Vec<u8>, Failure> {
    let mut all = Vec::new();
    let read = content.take(LARGEST + 1).read_to_end(&mut all);
    match read.map(|read| u64::try_from(read).is_ok_and(|read| read <= LARGEST)) {
        Ok(true) => Ok(all),
        Ok(false) => Err(refused("has a file that is too large")),
        Err(error) => Err(unreadable(&error)),
    }
}

/// Content that is hashed as it is read.
struct Hashed<R> {
    content: R,
    hash: Sha256,
}

impl<R> Hashed<R> {
    fn new(content: R) -> Self {
        Self {
            content,
            hash: Sha256::new(),
        }
    }

    fn hex(self) -> String {
        let digest = self.hash.finalize();
        digest.iter().fold(String::new(), |mut text, byte| {
            // Into a text nothing fails.
            let _ = write!(text, "{byte:02x}");
            text
        })
    }
}

impl<R: Read> Read for Hashed<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.content.read(buffer)?;
        self.hash.update(buffer.get(..read).unwrap_or_default());
        Ok(read)
    }
}
