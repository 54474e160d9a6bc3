//! Color profiles (ICC.1:2010), made as cameras and screens have them.

/// White of every profile.
const D50: [f64; 3] = [0.9642, 1.0, 0.8249];
/// The colors of Apple's and Google's phones.
const P3: [[f64; 3]; 3] = [
    [0.51512, 0.2412, -0.00105],
    [0.29198, 0.69225, 0.04189],
    [0.1571, 0.06657, 0.78407],
];
/// The colors that cameras offer besides sRGB.
const ADOBE: [[f64; 3]; 3] = [
    [0.60974, 0.31111, 0.01947],
    [0.20528, 0.62567, 0.06087],
    [0.14919, 0.06322, 0.74457],
];
/// The curve of sRGB: exponent and parameters.
const CURVE: [f64; 5] = [2.4, 1.0 / 1.055, 0.055 / 1.055, 1.0 / 12.92, 0.04045];

pub(super) fn display_p3() -> Vec<u8> {
    let curve = [&b"para\0\0\0\0\0\x03\0\0"[..], &numbers(&CURVE)].concat();
    of_colors(P3, &curve)
}

pub(super) fn adobe_rgb() -> Vec<u8> {
    of_colors(ADOBE, &gamma(563))
}

/// Grey of a gamma of 1.8.
pub(super) fn grey() -> Vec<u8> {
    profile(*b"GRAY", &[(b"wtpt", xyz(D50)), (b"kTRC", gamma(461))])
}

fn of_colors([red, green, blue]: [[f64; 3]; 3], curve: &[u8]) -> Vec<u8> {
    let tags = [
        (b"wtpt", xyz(D50)),
        (b"rXYZ", xyz(red)),
        (b"gXYZ", xyz(green)),
        (b"bXYZ", xyz(blue)),
        (b"rTRC", curve.to_vec()),
        (b"gTRC", curve.to_vec()),
        (b"bTRC", curve.to_vec()),
    ];
    profile(*b"RGB ", &tags)
}

fn profile(space: [u8; 4], tags: &[(&[u8; 4], Vec<u8>)]) -> Vec<u8> {
    let count = u32::try_from(tags.len()).unwrap();
    let begin = 132 + 12 * tags.len();
    let (mut table, mut body) = (count.to_be_bytes().to_vec(), Vec::new());
    for (name, data) in tags {
        table.extend_from_slice(*name);
        for number in [begin + body.len(), data.len()] {
            table.extend(u32::try_from(number).unwrap().to_be_bytes());
        }
        body.extend_from_slice(data);
        body.resize(body.len().next_multiple_of(4), 0);
    }
    let size = u32::try_from(begin + body.len()).unwrap().to_be_bytes();
    let head = [
        &size[..],
        &[0; 4],
        b"\x04\0\0\0mntr",
        &space,
        b"XYZ ",
        &[0; 12],
        b"acsp",
        &[0; 28],
        &numbers(&D50),
        &[0; 48],
    ];
    [head.concat(), table, body].concat()
}

fn xyz(color: [f64; 3]) -> Vec<u8> {
    [&b"XYZ \0\0\0\0"[..], &numbers(&color)].concat()
}

/// A gamma in parts of 256.
fn gamma(parts: u16) -> Vec<u8> {
    [&b"curv\0\0\0\0\0\0\0\x01"[..], &parts.to_be_bytes()].concat()
}

/// Numbers with 16 bits behind the point.
fn numbers(all: &[f64]) -> Vec<u8> {
    #[expect(clippy::cast_possible_truncation, reason = "all are small")]
    let fixed = |number: &f64| ((number * 65_536.0).round() as i32).to_be_bytes();
    all.iter().flat_map(fixed).collect()
}
