//! Pictures of few colors: a PNG with a palette is several times smaller.

use std::collections::{HashMap, HashSet};

use image::DynamicImage;
use png::{BitDepth, ColorType, Compression, Encoder, Filter};

/// Most colors that a palette can have.
const MAX_COLORS: usize = 256;

/// The colors of a picture, those that are not opaque first.
#[derive(Clone, Debug)]
pub(super) struct Palette(Vec<[u8; 4]>);

impl Palette {
    /// The colors of a picture in RGB or RGBA, if they are few.
    pub(super) fn of(picture: &DynamicImage) -> Option<Self> {
        let mut colors = HashSet::new();
        let mut last = None;
        for color in colors_of(picture)? {
            if last.replace(color) != Some(color) {
                colors.insert(color);
                if colors.len() > MAX_COLORS {
                    return None;
                }
            }
        }
        let mut colors: Vec<_> = colors.into_iter().collect();
        // The same for the same picture.
        colors.sort_unstable_by_key(|color| {
            let [red, green, blue, alpha] = *color;
            [alpha, red, green, blue]
        });
        Some(Self(colors))
    }

    /// A PNG of the picture that the palette was made of.
    pub(super) fn encode(
        &self,
        picture: &DynamicImage,
        compression: Compression,
    ) -> Option<Vec<u8>> {
        let (bits, depth) = match self.0.len() {
            0..=2 => (1, BitDepth::One),
            3..=4 => (2, BitDepth::Two),
            5..=16 => (4, BitDepth::Four),
            _ => (8, BitDepth::Eight),
        };
        let mut out = Vec::new();
        let mut encoder = Encoder::new(&mut out, picture.width(), picture.height());
        encoder.set_color(ColorType::Indexed);
        encoder.set_depth(depth);
        encoder.set_compression(compression);
        encoder.set_filter(Filter::NoFilter);
        let opaque = |color: &[u8; 4]| color[3] == u8::MAX;
        let rgb = self
            .0
            .iter()
            .flat_map(|[red, green, blue, _]| [*red, *green, *blue]);
        encoder.set_palette(rgb.collect::<Vec<_>>());
        let clear = self.0.iter().take_while(|color| !opaque(color));
        let clear: Vec<_> = clear.map(|[.., alpha]| *alpha).collect();
        if !clear.is_empty() {
            encoder.set_trns(clear);
        }
        let mut writer = encoder.write_header().ok()?;
        writer.write_image_data(&self.packed(picture, bits)?).ok()?;
        writer.finish().ok()?;
        Some(out)
    }

    /// The places of the pixels in the palette, in so many bits each; each row begins with a byte of its own.
    fn packed(&self, picture: &DynamicImage, bits: usize) -> Option<Vec<u8>> {
        let places = self.0.iter().zip(0..=u8::MAX);
        let places: HashMap<_, _> = places.collect();
        let width = usize::try_from(picture.width()).ok()?;
        let mut out = Vec::new();
        let mut last = ([0; 4], *places.get(&[0; 4]).unwrap_or(&0));
        let (mut column, mut byte) = (0, 0);
        for color in colors_of(picture)? {
            if color != last.0 {
                last = (color, *places.get(&color)?);
            }
            column += 1;
            byte = if bits == 8 {
                last.1
            } else {
                byte << bits | last.1
            };
            let filled = column * bits % 8;
            if column == width && filled > 0 {
                byte <<= 8 - filled;
            }
            if filled == 0 || column == width {
                out.push(byte);
                byte = 0;
            }
            column %= width;
        }
        Some(out)
    }
}

/// `None` for grey, which is as small without a palette.
fn colors_of(picture: &DynamicImage) -> Option<impl Iterator<Item = [u8; 4]>> {
    let channels = match picture {
        DynamicImage::ImageRgb8(_) => 3,
        DynamicImage::ImageRgba8(_) => 4,
        _ => return None,
    };
    let pixels = picture.as_bytes().chunks_exact(channels);
    Some(pixels.map(|pixel| match pixel {
        [red, green, blue, alpha] => [*red, *green, *blue, *alpha],
        [red, green, blue] => [*red, *green, *blue, u8::MAX],
        _ => [0; 4],
    }))
}
