//! How a JPEG is coded. The usual decoder reads some codings wrongly, and another one reads others wrongly.

use jpeg_decoder::ColorTransform;

use super::markers::{APP0, APP14, BASELINE, PROGRESSIVE, SCAN, SEQUENTIAL, Segments};
use crate::media::picture::refusal::PictureRefusal;

/// Who decodes a picture without a fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Decoder {
    /// The one of `image`.
    Usual,
    /// `jpeg-decoder`, which has to be told what the channels are.
    Other {
        colors: ColorTransform,
        is_progressive: bool,
    },
}

/// One of the channels that a picture is stored in.
#[derive(Clone, Copy, Debug)]
struct Component {
    id: u8,
    /// How often it is sampled, across and down, in comparison to the others.
    sampling: [u8; 2],
}

/// What the markers say.
#[derive(Clone, Debug, Default)]
struct Coding {
    /// The marker of the frame.
    frame: Option<u8>,
    components: Vec<Component>,
    has_jfif: bool,
    /// What Adobe's segment says of the channels.
    adobe: Option<u8>,
    /// The components of each scan, by their IDs.
    scans: Vec<Vec<u8>>,
}

/// The decoder for a picture. One without a frame is left to the usual decoder.
///
/// # Errors
/// [`PictureRefusal::RareCoding`]: none gets it right.
pub(super) fn decoder_of(jpeg: &[u8]) -> Result<Decoder, PictureRefusal> {
    let coding = Coding::of(jpeg);
    match coding.frame {
        None => Ok(Decoder::Usual),
        Some(BASELINE | SEQUENTIAL | PROGRESSIVE) if coding.is_usual() => Ok(Decoder::Usual),
        Some(BASELINE | SEQUENTIAL | PROGRESSIVE) if !coding.is_rare() => Ok(Decoder::Other {
            colors: coding.colors(),
            is_progressive: coding.is_progressive(),
        }),
        Some(_) => Err(PictureRefusal::RareCoding("JPEG")),
    }
}

impl Coding {
    fn of(jpeg: &[u8]) -> Self {
        let mut coding = Self::default();
        for segment in Segments::of(jpeg) {
            let data = segment.data;
            match segment.marker {
                // What stands behind the first scan comes too late.
                APP0 | APP14 if !coding.scans.is_empty() => {}
                APP0 => coding.has_jfif |= data.len() >= 14 && data.starts_with(b"JFIF\0"),
                APP14 if data.starts_with(b"Adobe") => {
                    coding.adobe = data.get(11).copied().or(coding.adobe);
                }
                SCAN => coding.scans.push(ids_of_scan(data)),
                // Tables, and not a frame.
                0xc4 | 0xc8 | 0xcc => {}
                frame @ 0xc0..=0xcf => {
                    coding.frame = Some(frame);
                    coding.components = components(data);
                }
                _ => {}
            }
        }
        coding
    }

    fn is_progressive(&self) -> bool {
        self.frame == Some(PROGRESSIVE)
    }

    fn ids(&self) -> Vec<u8> {
        self.components
            .iter()
            .map(|component| component.id)
            .collect()
    }

    /// What the channels are, as libjpeg decides it.
    fn colors(&self) -> ColorTransform {
        match (self.components.len(), self.has_jfif, self.adobe) {
            (1, ..) => ColorTransform::Grayscale,
            (4, _, None | Some(0)) => ColorTransform::CMYK,
            (4, ..) => ColorTransform::YCCK,
            (_, false, Some(0)) => ColorTransform::RGB,
            (_, false, None) if self.ids() == b"RGB" => ColorTransform::RGB,
            _ => ColorTransform::YCbCr,
        }
    }

    /// Whether all that says what the channels are says the same: decoders do not agree on what counts more.
    fn agrees_on_colors(&self) -> bool {
        match self.colors() {
            ColorTransform::YCbCr => self.adobe != Some(0) && self.ids() != b"RGB",
            ColorTransform::YCCK => self.adobe == Some(2),
            _ => true,
        }
    }

    fn is_usual(&self) -> bool {
        let [first, ..] = self.components.as_slice() else {
            return true;
        };
        let is_together =
            self.frame == Some(PROGRESSIVE) || self.scans.first() == Some(&self.ids());
        let leads = self.largest_sampling() == first.sampling;
        self.components.len() == 1 || is_together && leads && self.agrees_on_colors()
    }

    fn largest_sampling(&self) -> [u8; 2] {
        let samplings = self.components.iter().map(|component| component.sampling);
        samplings.fold([1; 2], |[across, down], [other, below]| {
            [across.max(other), down.max(below)]
        })
    }

    /// Whether no decoder is right, or quick.
    fn is_rare(&self) -> bool {
        self.has_odd_scan() || self.repeats_scans()
    }

    /// Whether a sequential picture has a channel more than once: each time it would be decoded, and dropped.
    fn repeats_scans(&self) -> bool {
        let count: usize = self.scans.iter().map(Vec::len).sum();
        !self.is_progressive() && count > self.components.len()
    }

    /// Whether a channel of a sampling between the least and the largest has a scan of its own.
    fn has_odd_scan(&self) -> bool {
        let most = self.largest_sampling();
        let is_odd = |id: u8| {
            let mut found = self
                .components
                .iter()
                .filter(|component| component.id == id);
            found.any(|component| {
                let pairs = component.sampling.into_iter().zip(most);
                let mut between = pairs.filter(|(own, most)| *own > 1 && own < most);
                between.next().is_some()
            })
        };
        let mut alone = self.scans.iter().filter_map(|scan| match scan.as_slice() {
            [id] => Some(*id),
            _ => None,
        });
        alone.any(is_odd)
    }
}

/// Of a frame (T.81, B.2.2): behind depth, height, width and count.
fn components(frame: &[u8]) -> Vec<Component> {
    let count = frame.get(5).copied().map_or(0, usize::from);
    let list = frame.get(6..).unwrap_or_default().chunks_exact(3);
    let components = list.take(count).filter_map(|entry| match entry {
        [id, sampling, _table] => Some(Component {
            id: *id,
            sampling: [sampling >> 4, sampling & 15],
        }),
        _ => None,
    });
    components.collect()
}

/// Of a scan (T.81, B.2.3): behind their count.
fn ids_of_scan(scan: &[u8]) -> Vec<u8> {
    let count = scan.first().copied().map_or(0, usize::from);
    let list = scan.get(1..).unwrap_or_default().chunks_exact(2);
    let ids = list.take(count).filter_map(|entry| entry.first().copied());
    ids.collect()
}
