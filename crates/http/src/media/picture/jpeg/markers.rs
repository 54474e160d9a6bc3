//! The markers of a JPEG (ITU-T T.81, annex B), without a look at what is coded between them.

/// Start of frame of the coding that most files have, of the one with larger tables, and of the progressive one.
pub(super) const BASELINE: u8 = 0xc0;
pub(super) const SEQUENTIAL: u8 = 0xc1;
pub(super) const PROGRESSIVE: u8 = 0xc2;
pub(super) const SCAN: u8 = 0xda;
pub(super) const END: u8 = 0xd9;
/// Application data of JFIF, and of Adobe.
pub(super) const APP0: u8 = 0xe0;
pub(super) const APP14: u8 = 0xee;

/// A marker that stands alone or in front of data.
#[derive(Clone, Copy, Debug)]
pub(super) struct Segment<'a> {
    pub(super) marker: u8,
    /// As much of it as there is.
    pub(super) data: &'a [u8],
    /// Where the segment ends by its own account.
    pub(super) end: usize,
}

/// Goes from marker to marker, up to the end marker.
#[derive(Clone, Debug)]
pub(super) struct Segments<'a> {
    file: &'a [u8],
    at: usize,
}

impl<'a> Segments<'a> {
    pub(super) fn of(file: &'a [u8]) -> Self {
        Self { file, at: 0 }
    }
}

impl<'a> Iterator for Segments<'a> {
    type Item = Segment<'a>;

    fn next(&mut self) -> Option<Segment<'a>> {
        loop {
            let rest = self.file.get(self.at..)?;
            self.at += memchr::memchr(0xff, rest)? + 1;
            match *self.file.get(self.at)? {
                // A fill byte: the marker is still to come.
                0xff => {}
                // Coded data, the start, and restarts have no length.
                0 | 1 | 0xd0..=0xd8 => self.at += 1,
                END => {
                    let end = self.at + 1;
                    self.at = self.file.len();
                    let data = &[];
                    return Some(Segment {
                        marker: END,
                        data,
                        end,
                    });
                }
                marker => {
                    let rest = self.file.get(self.at + 1..).unwrap_or_default();
                    let length = rest.first_chunk().map_or(2, |l| u16::from_be_bytes(*l));
                    let length = usize::from(length.max(2));
                    self.at += 1 + length;
                    let data = rest.get(2..).unwrap_or_default();
                    let data = data.get(..length - 2).unwrap_or(data);
                    let end = self.at;
                    return Some(Segment { marker, data, end });
                }
            }
        }
    }
}
