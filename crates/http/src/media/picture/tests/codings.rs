//! Codings of JPEG that decoders are known to confuse. Each is compared with the same picture in the usual coding.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jpeg_encoder::{ColorType, Encoder, SamplingFactor};

use super::*;

/// Smooth, of a size that no block fits.
fn gradient() -> RgbImage {
    let part = |at: u32, of: u32| u8::try_from(at * 235 / of).unwrap();
    RgbImage::from_fn(77, 51, |x, y| {
        Rgb([part(x, 77), part(y, 51), part(x + y, 128)])
    })
}

/// The gradient; with a scan for each channel, if this encoder is told to measure its tables.
fn coded(sampling: SamplingFactor, color: ColorType, is_separate: bool) -> Vec<u8> {
    let mut out = Vec::new();
    let mut encoder = Encoder::new(&mut out, 95);
    encoder.set_sampling_factor(sampling);
    encoder.set_optimized_huffman_tables(is_separate);
    let pixels = gradient();
    let samples = match color {
        ColorType::Rgb => pixels.into_raw(),
        // The light of the black ink times that of the others is what it was.
        _ => pixels.pixels().copied().flat_map(in_ink).collect(),
    };
    encoder.encode(&samples, 77, 51, color).unwrap();
    let scans = memchr::memmem::find_iter(&out, b"\xff\xda").count();
    assert!(!is_separate || scans >= 3);
    out
}

fn in_ink(Rgb(light): Rgb<u8>) -> [u8; 4] {
    let [cyan, magenta, yellow] = light.map(|light| {
        let alone = u32::from(light) * 255 / 235;
        255 - u8::try_from(alone).unwrap()
    });
    [cyan, magenta, yellow, 20]
}

/// The largest and the mean difference of two pictures.
fn differences(one: &DynamicImage, other: &DynamicImage) -> (u8, usize) {
    assert_eq!(one.dimensions(), other.dimensions());
    let (one, other) = (one.to_rgb8(), other.to_rgb8());
    let pairs = one.as_raw().iter().zip(other.as_raw());
    let all: Vec<_> = pairs.map(|(a, b)| a.abs_diff(*b)).collect();
    let sum: usize = all.iter().map(|off| usize::from(*off)).sum();
    (*all.iter().max().unwrap(), sum / all.len())
}

/// The same file without the segments that tell what the channels are, with others in their place.
fn marked(mut jpeg: Vec<u8>, marks: &[u8], ids: [u8; 3]) -> Vec<u8> {
    let end = usize::from(u16::from_be_bytes([jpeg[4], jpeg[5]])) + 4;
    assert_eq!(jpeg[3], 0xe0);
    jpeg.splice(2..end, marks.iter().copied());
    let frame = memchr::memmem::find(&jpeg, b"\xff\xc0\0\x11").unwrap();
    let scan = memchr::memmem::find(&jpeg, b"\xff\xda\0\x0c").unwrap();
    for (place, id) in ids.into_iter().enumerate() {
        jpeg[frame + 10 + 3 * place] = id;
        jpeg[scan + 5 + 2 * place] = id;
    }
    jpeg
}

#[test]
fn colors_do_not_depend_on_scans_and_sampling() {
    let sent = gradient().into();
    for color in [ColorType::Rgb, ColorType::Cmyk, ColorType::CmykAsYcck] {
        for sampling in [
            SamplingFactor::F_1_1,
            SamplingFactor::F_2_1,
            SamplingFactor::F_1_2,
            SamplingFactor::F_2_2,
            SamplingFactor::F_4_1,
            SamplingFactor::F_4_2,
            SamplingFactor::F_1_4,
        ] {
            for is_separate in [false, true] {
                let out = stored(&coded(sampling, color, is_separate));

                let (most, mean) = differences(&sent, &out);
                let told = format!("{color:?} {sampling:?} {is_separate}: {most} {mean}");
                assert!(most <= 40 && mean <= 5, "{told}");
            }
        }
    }
}

/// libjpeg 6.2 takes the channels of each for luminance and two differences, but for the last two.
#[test]
fn marks_that_contradict_each_other_are_weighed_as_libjpeg_does() {
    let jfif: &[u8] = b"\xff\xe0\0\x10JFIF\0\x01\x01\0\0\x01\0\x01\0\0";
    let adobe = |transform: u8| [b"\xff\xee\0\x0eAdobe\0d\0\0\0\0", &[transform][..]].concat();
    let file = coded(SamplingFactor::F_1_1, ColorType::Rgb, false);
    let (usual, zero, one) = (stored(&file), adobe(0), adobe(1));
    let table = [
        (jfif.to_vec(), b"\x01\x02\x03", true),
        ([jfif, &zero].concat(), b"\x01\x02\x03", true),
        ([&zero, jfif].concat(), b"\x09\x07\x05", true),
        (jfif.to_vec(), b"RGB", true),
        (one, b"RGB", true),
        (Vec::new(), b"\x01\x02\x03", true),
        (Vec::new(), b"\0\x01\x02", true),
        (Vec::new(), b"RGB", false),
        (zero, b"\x01\x02\x03", false),
    ];
    for (marks, ids, is_luminance) in table {
        let out = stored(&marked(file.clone(), &marks, *ids));

        let (_, mean) = differences(&usual, &out);
        assert_eq!(mean <= 2, is_luminance, "{marks:02x?} {ids:?}: {mean}");
    }
}

/// Red above blue, the second channel sampled twice as finely as the first, by `cjpeg -sample 1x1,2x1,1x1` of libjpeg-turbo 2.1.
const FINER: &str = "\
     /9j/4AAQSkZJRgABAQAAAQABAAD/2wBDAAMCAgMCAgMDAwMEAwMEBQgFBQQEBQoHBwYIDAoMDAsKCwsNDhIQDQ4RDgsLEBYQERMUFRUVDA8XGB\
     YUGBIUFRT/2wBDAQMEBAUEBQkFBQkUDQsNFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBT/wAARCAAQ\
     ABgDAREAAiEBAxEB/8QAHwAAAQUBAQEBAQEAAAAAAAAAAAECAwQFBgcICQoL/8QAtRAAAgEDAwIEAwUFBAQAAAF9AQIDAAQRBRIhMUEGE1FhBy\
     JxFDKBkaEII0KxwRVS0fAkM2JyggkKFhcYGRolJicoKSo0NTY3ODk6Q0RFRkdISUpTVFVWV1hZWmNkZWZnaGlqc3R1dnd4eXqDhIWGh4iJipKT\
     lJWWl5iZmqKjpKWmp6ipqrKztLW2t7i5usLDxMXGx8jJytLT1NXW19jZ2uHi4+Tl5ufo6erx8vP09fb3+Pn6/8QAHwEAAwEBAQEBAQEBAQAAAA\
     AAAAECAwQFBgcICQoL/8QAtREAAgECBAQDBAcFBAQAAQJ3AAECAxEEBSExBhJBUQdhcRMiMoEIFEKRobHBCSMzUvAVYnLRChYkNOEl8RcYGRom\
     JygpKjU2Nzg5OkNERUZHSElKU1RVVldYWVpjZGVmZ2hpanN0dXZ3eHl6goOEhYaHiImKkpOUlZaXmJmaoqOkpaanqKmqsrO0tba3uLm6wsPExc\
     bHyMnK0tPU1dbX2Nna4uPk5ebn6Onq8vP09fb3+Pn6/9oADAMBAAIRAxEAPwDzSvyQD+wAoADn6/0DA/zkCgAP/9k=";

#[test]
fn first_channel_need_not_be_the_finest() {
    let out = stored(&STANDARD.decode(FINER).unwrap());

    for (y, expected) in [(3, [200, 60, 40]), (12, [40, 90, 200])] {
        let pixel = out.get_pixel(12, y);
        let pairs = pixel.0.into_iter().zip(expected);
        let off = pairs.map(|(a, b): (u8, u8)| a.abs_diff(b)).max().unwrap();
        assert!(off <= 12, "{pixel:?}");
    }
}

#[test]
fn separate_scans_of_which_some_are_missing_are_refused() {
    let whole = coded(SamplingFactor::F_2_2, ColorType::Rgb, true);
    let starts: Vec<_> = memchr::memmem::find_iter(&whole, b"\xff\xda").collect();
    let [_, second, third] = starts.as_slice() else {
        panic!("{starts:?}")
    };
    for at in [*second, *third] {
        for file in [whole[..at].to_vec(), [&whole[..at], b"\xff\xd9"].concat()] {
            let refusal = encode_anew(&file, &limits()).err();
            assert_eq!(refusal, Some(PictureRefusal::NotAnImage));
        }
    }
    for cut in whole.len() / 2..whole.len() {
        if let Ok(out) = encode_anew(&whole[..cut], &limits()) {
            assert_eq!(decoded(&out), stored(&whole), "{cut}");
        }
    }
}

#[test]
fn codings_that_no_decoder_gets_right_are_refused_by_name() {
    let mut arithmetic = coded(SamplingFactor::F_1_1, ColorType::Rgb, false);
    let mut between = coded(SamplingFactor::F_4_1, ColorType::Rgb, true);
    let frame = |file: &[u8]| memchr::memmem::find(file, b"\xff\xc0\0\x11").unwrap();
    let at = frame(&arithmetic);
    arithmetic[at + 1] = 0xc9;
    let at = frame(&between);
    between[at + 14] = 0x21;

    let separate = coded(SamplingFactor::F_1_1, ColorType::Rgb, true);
    let last = memchr::memmem::rfind(&separate, b"\xff\xda").unwrap();
    let scan = separate[last..].strip_suffix(b"\xff\xd9").unwrap();
    let repeated = [&separate[..last], scan, &separate[last..]].concat();

    for file in [arithmetic, between, repeated] {
        let refusal = encode_anew(&file, &limits()).err();
        assert_eq!(refusal, Some(PictureRefusal::RareCoding("JPEG")));
    }
}

/// The other decoder keeps the coefficients of progressive pictures besides their pixels.
#[test]
fn rare_progressive_pictures_take_no_more_memory_than_others() {
    let separate = coded(SamplingFactor::F_1_1, ColorType::Rgb, true);
    let mut progressive = Vec::new();
    let mut encoder = Encoder::new(&mut progressive, 95);
    encoder.set_progressive(true);
    let pixels = gradient();
    encoder.encode(&pixels, 77, 51, ColorType::Rgb).unwrap();
    // JFIF and Adobe contradict each other.
    insert_segment(&mut progressive, 0xee, b"Adobe\0d\0\0\0\0\0");
    let bytes = 77 * 51 * 3;
    let bounded = |max_decoded_bytes| MediaSettings {
        max_decoded_bytes,
        ..limits()
    };

    assert!(encode_anew(&separate, &bounded(bytes)).is_ok());
    assert!(encode_anew(&progressive, &bounded(bytes * 2)).is_ok());
    let outcome = encode_anew(&progressive, &bounded(bytes));
    let max = bytes / 4 * 3;
    assert_eq!(outcome, Err(PictureRefusal::Memory { max, bytes }));
}
