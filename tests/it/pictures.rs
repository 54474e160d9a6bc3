//! Pictures as phones, cameras and programs make them, sent to the service and judged by live Pillow: what is stored looks as what
//! was sent, upright and in sRGB.

use acceptance::python::Python;
use acceptance::service::{Backend, Data, Service};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jpeg_encoder::{ColorType, Encoder, SamplingFactor};
use serde_json::{Value, json};

use crate::avatars;

#[path = "../../crates/http/src/media/picture/tests/icc.rs"]
mod icc;

/// A film behind a picture, and a block of a vendor's.
const FILM: &[u8] = b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom\0\0\0\x10mdat\xff\xda\0\x03\xff\xe1";
const BLOCK: &[u8] = b"\0\0\x01\x0a\x0e\0\0\0Image_UTC_Data1458170015363SEFH\x6a\0\0\0SEFT";

/// How far blocks may be off: in what is stored with losses, perhaps after others, and in what is not.
const LOSSY: u64 = 7;
const LOSSLESS: u64 = 2;

/// What a picture is, and its bytes.
type Sent = (String, Vec<u8>);

struct Pillow(Python);

impl Pillow {
    fn make(&self, files: &Value) -> Vec<Vec<u8>> {
        let answer = self.run(&json!({"make": files, "judge": []}));
        let made = answer["made"].as_array().unwrap().iter();
        made.map(|file| STANDARD.decode(file.as_str().unwrap()).unwrap())
            .collect()
    }

    fn judge(&self, pictures: &[&[u8]]) -> Vec<Value> {
        let pictures: Vec<_> = pictures
            .iter()
            .map(|bytes| STANDARD.encode(bytes))
            .collect();
        let answer = self.run(&json!({"make": [], "judge": pictures}));
        answer["judged"].as_array().unwrap().clone()
    }

    fn run(&self, asked: &Value) -> Value {
        self.0.run("pillow.py", asked)
    }
}

/// What Pillow cannot write: a scan for each channel, and ink as luminance.
fn coded(color: ColorType, is_separate: bool) -> Vec<u8> {
    let channels = u16::from(color == ColorType::CmykAsYcck) + 3;
    let sample = |x: u16, y: u16, channel: u16| match channel {
        0 => x,
        1 => y * 2,
        2 => 200 - x,
        _ => 30,
    };
    let samples = (0..99).flat_map(|y| {
        (0..150).flat_map(move |x| (0..channels).map(move |channel| sample(x, y, channel)))
    });
    let samples: Vec<_> = samples.map(|value| u8::try_from(value).unwrap()).collect();
    let mut out = Vec::new();
    let mut encoder = Encoder::new(&mut out, 95);
    encoder.set_sampling_factor(SamplingFactor::F_2_2);
    encoder.set_optimized_huffman_tables(is_separate);
    encoder.encode(&samples, 150, 99, color).unwrap();
    out
}

/// What Pillow writes. The last one is cut off behind its pixels.
fn layouts() -> Value {
    let [p3, adobe, grey] =
        [icc::display_p3(), icc::adobe_rgb(), icc::grey()].map(|profile| STANDARD.encode(profile));
    let phone = json!({"quality": 90, "subsampling": "4:2:0"});
    let camera = json!({"quality": 95, "subsampling": "4:2:2"});
    let (good, lossless) = (json!({"quality": 92}), json!({"lossless": true}));
    let progressive = json!({"progressive": true, "subsampling": "4:4:4"});
    let compressed = json!({"compression": "tiff_lzw"});
    json!([
        {"is": "iPhone, two in one", "format": "MPO", "mode": "RGB", "orientation": 6, "profile": p3, "options": phone},
        {"is": "Pixel, a motion photo", "format": "JPEG", "mode": "RGB", "orientation": 1, "profile": p3, "options": phone},
        {"is": "Samsung, with a block", "format": "JPEG", "mode": "RGB", "orientation": 8, "profile": null, "options": phone},
        {"is": "camera, wide colors", "format": "JPEG", "mode": "RGB", "orientation": 3, "profile": adobe, "options": camera},
        {"is": "progressive", "format": "JPEG", "mode": "RGB", "orientation": 5, "profile": p3, "options": progressive},
        {"is": "mirrored and turned", "format": "JPEG", "mode": "RGB", "orientation": 7, "profile": null, "options": phone},
        {"is": "grey of its own gamma", "format": "JPEG", "mode": "L", "orientation": 2, "profile": grey, "options": good},
        {"is": "ink", "format": "JPEG", "mode": "CMYK", "orientation": 4, "profile": null, "options": good},
        {"is": "screenshot", "format": "PNG", "mode": "RGBA", "orientation": 6, "profile": p3, "options": {}},
        {"is": "palette", "format": "PNG", "mode": "P", "orientation": 1, "profile": null, "options": {}},
        {"is": "lossy WebP", "format": "WEBP", "mode": "RGB", "orientation": 6, "profile": p3, "options": good},
        {"is": "clear WebP", "format": "WEBP", "mode": "RGBA", "orientation": 8, "profile": p3, "options": lossless},
        {"is": "TIFF of a scanner", "format": "TIFF", "mode": "RGB", "orientation": 8, "profile": adobe, "options": compressed},
        {"is": "BMP", "format": "BMP", "mode": "RGB", "orientation": 1, "profile": null, "options": {}},
        {"is": "GIF", "format": "GIF", "mode": "RGB", "orientation": 1, "profile": null, "options": {}},
        {"is": "no end marker", "format": "JPEG", "mode": "RGB", "orientation": 6, "profile": p3, "options": phone},
    ])
}

fn pictures(pillow: &Pillow) -> Vec<Sent> {
    let layouts = layouts();
    let names = layouts.as_array().unwrap().iter();
    let names = names.map(|layout| layout["is"].as_str().unwrap().to_owned());
    let made = names.zip(pillow.make(&layouts)).map(|(name, mut bytes)| {
        match name.as_str() {
            "Pixel, a motion photo" => bytes.extend_from_slice(FILM),
            "Samsung, with a block" => bytes.extend_from_slice(BLOCK),
            "no end marker" => bytes.truncate(bytes.len() - 2),
            _ => {}
        }
        (name, bytes)
    });
    let more = [
        ("a scan for each color", coded(ColorType::Rgb, true)),
        ("ink as luminance", coded(ColorType::CmykAsYcck, false)),
    ];
    made.chain(more.map(|(name, bytes)| (name.to_owned(), bytes)))
        .collect()
}

/// The largest and the mean difference of blocks.
fn differences(one: &Value, other: &Value) -> (u64, f64) {
    let numbers = |picture: &Value| -> Vec<u64> {
        let blocks = picture["blocks"].as_array().unwrap().iter();
        let all = blocks.flat_map(|block| block.as_array().unwrap().clone());
        all.map(|number| number.as_u64().unwrap()).collect()
    };
    let (one, other) = (numbers(one), numbers(other));
    let all: Vec<_> = one
        .iter()
        .zip(&other)
        .map(|(a, b)| a.abs_diff(*b))
        .collect();
    #[expect(clippy::cast_precision_loss, reason = "all are small")]
    let mean = all.iter().sum::<u64>() as f64 / all.len() as f64;
    (all.into_iter().max().unwrap(), mean)
}

#[test]
fn stored_pictures_look_as_pillow_sees_those_that_were_sent() {
    let test = "stored_pictures_look_as_pillow_sees_those_that_were_sent";
    let Some(python) = Python::with(test, "pillow", &["Pillow==12.0.0"]) else {
        return;
    };
    let pillow = Pillow(python);
    let service = Service::start(Backend::Sqlite, Data::Staff, &[]);
    let (admin, anybody) = (
        service.client().token("MasterAdmin"),
        service.client().anonymous(),
    );
    let sent = pictures(&pillow);

    let stored = sent.iter().map(|(name, bytes)| {
        let answer = admin.send(avatars::form("of any name.jpg", bytes));
        assert_eq!(answer.status, 200, "{name}: {}", answer.text());
        anybody.get(&avatars::avatar(&answer)).body
    });
    let stored: Vec<_> = stored.collect();

    let before: Vec<_> = sent.iter().map(|(_, bytes)| bytes.as_slice()).collect();
    let after: Vec<_> = stored.iter().map(Vec::as_slice).collect();
    let judged = pillow.judge(&before).into_iter().zip(pillow.judge(&after));
    for (((name, _), stored), (before, after)) in sent.iter().zip(&stored).zip(judged) {
        assert_eq!(before["size"], after["size"], "{name}: {before} {after}");
        let (largest, mean) = differences(&before, &after);
        let is_lossless = stored.starts_with(b"\x89PNG");
        let most = if is_lossless { LOSSLESS } else { LOSSY };
        assert!(largest <= most && mean <= 1.5, "{name}: {largest} {mean}");
    }
}
