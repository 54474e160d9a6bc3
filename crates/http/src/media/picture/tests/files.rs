//! Files as attackers make them.

use super::*;

pub(super) fn chunk(name: &[u8], data: &[u8]) -> Vec<u8> {
    let named = [name, data].concat();
    let length = u32::try_from(data.len()).unwrap().to_be_bytes();
    [&length[..], &named, &crc(&named).to_be_bytes()].concat()
}

/// CRC-32 of PNG (PNG specification, annex D).
pub(super) fn crc(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(u32::MAX, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| {
            (crc >> 1) ^ (0xedb8_8320 * (crc & 1))
        })
    })
}

pub(super) fn header_chunk(width: u32, height: u32) -> Vec<u8> {
    let size = [width.to_be_bytes(), height.to_be_bytes()].concat();
    chunk(b"IHDR", &[&size[..], &[8, 2, 0, 0, 0]].concat())
}

pub(super) fn png_header(width: u32, height: u32) -> Vec<u8> {
    let data = chunk(b"IDAT", &flat_data(2, 2));
    [PNG_SIGNATURE, &header_chunk(width, height), &data].concat()
}

/// Signature and header of a PNG, and the rest.
pub(super) fn split_after_header(png: &[u8]) -> [Vec<u8>; 2] {
    let (start, end) = png.split_at(PNG_SIGNATURE.len() + 25);
    [start.to_vec(), end.to_vec()]
}

/// The deflated pixels of a black picture.
pub(super) fn flat_data(width: u32, height: u32) -> Vec<u8> {
    let pixels = vec![0; (width * height * 3) as usize];
    let mut png = Vec::new();
    PngEncoder::new_with_quality(
        &mut png,
        image::codecs::png::CompressionType::Best,
        image::codecs::png::FilterType::NoFilter,
    )
    .write_image(&pixels, width, height, ExtendedColorType::Rgb8)
    .unwrap();
    let [_, mut rest] = split_after_header(&png);
    let mut data = Vec::new();
    while rest.get(4..8) == Some(b"IDAT") {
        let length = u32::from_be_bytes(rest[..4].try_into().unwrap()) as usize;
        data.extend_from_slice(&rest[8..8 + length]);
        rest.drain(..length + 12);
    }
    data
}

/// Puts a segment after the first marker of a JPEG.
pub(super) fn insert_segment(jpeg: &mut Vec<u8>, marker: u8, data: &[u8]) {
    let length = u16::try_from(data.len() + 2).unwrap().to_be_bytes();
    let segment = [&[0xff, marker], &length[..], data].concat();
    jpeg.splice(2..2, segment);
}

/// An animated WebP of frames of one pixel.
pub(super) fn webp_frames(count: usize) -> Vec<u8> {
    let chunk = |name: &[u8], data: &[u8]| {
        let length = u32::try_from(data.len()).unwrap().to_le_bytes();
        let padding = vec![0; data.len() % 2];
        [name, &length[..], data, &padding].concat()
    };
    let still = file_of(&sample(1, 1), ImageFormat::WebP);
    let picture = still.get(12..).unwrap();
    let frame = chunk(b"ANMF", &[&[0; 16], picture].concat());
    let body = [
        &b"WEBP"[..],
        &chunk(b"VP8X", &[2, 0, 0, 0, 0, 0, 0, 0, 0, 0]),
        &chunk(b"ANIM", &[0; 6]),
        &frame.repeat(count),
    ]
    .concat();
    chunk(b"RIFF", &body)
}

/// EXIF of an orientation, a GPS note and a thumbnail.
pub(super) fn exif(orientation: u16) -> Vec<u8> {
    let entry = |tag: u16, kind: u16, count: u32, value: [u8; 4]| {
        let (tag, kind, count) = (tag.to_le_bytes(), kind.to_le_bytes(), count.to_le_bytes());
        [&tag[..], &kind, &count, &value].concat()
    };
    let short = |value: u16| [value.to_le_bytes(), [0; 2]].concat().try_into().unwrap();
    // The note stands after the header (8), two entries (2 + 24) and the link to the next list (4).
    let entries = [
        entry(0x0112, 3, 1, short(orientation)),
        entry(0x001b, 7, 10, 38_u32.to_le_bytes()),
    ];
    [
        &b"II*\0\x08\0\0\0\x02\0"[..],
        &entries.concat(),
        &[0; 4],
        b"GPS-SECRET",
        b"THUMBNAIL",
    ]
    .concat()
}

/// A TIFF of two by two pixels in so many colors of eight bits.
pub(super) fn tiff_of(photometric: u16, colors: u16) -> Vec<u8> {
    const LONG: u16 = 4;
    let entry = |tag: u16, value: u32| {
        let (tag, kind, count) = (tag.to_le_bytes(), LONG.to_le_bytes(), 1_u32.to_le_bytes());
        [&tag[..], &kind, &count, &value.to_le_bytes()].concat()
    };
    let colors = u32::from(colors);
    // The pixels stand behind the header (8), the directory (2 + 9 * 12 + 4).
    let entries = [
        entry(256, 2),
        entry(257, 2),
        entry(258, 8),
        entry(259, 1),
        entry(262, u32::from(photometric)),
        entry(273, 122),
        entry(277, colors),
        entry(278, 2),
        entry(279, 4 * colors),
    ];
    let pixels = vec![9; 12];
    [
        &b"II*\0\x08\0\0\0\x09\0"[..],
        &entries.concat(),
        &[0; 4],
        &pixels,
    ]
    .concat()
}
