//! Where one request on a connection ends and the next begins.

use tokio::io::ReadBuf;

/// Bytes that have come, handed out one head at a time.
///
/// The HTTP library remembers only of the head that it took last whether that asks for a body, in which version, and
/// whether the connection goes on, and answers all requests by it.
#[derive(Default)]
pub(super) struct Intake {
    /// What follows the head that was handed out.
    later: Vec<u8>,
    /// A line has begun that says something, and no empty one has come since.
    has_text: bool,
    /// Nothing has come of the present line.
    is_new_line: bool,
}

impl Intake {
    pub(super) fn is_empty(&self) -> bool {
        self.later.is_empty()
    }

    /// Moves what came earlier into `buffer`.
    pub(super) fn give(&mut self, buffer: &mut ReadBuf<'_>) {
        let room = buffer.remaining().min(self.later.len());
        let later = self.later.split_off(room);
        buffer.put_slice(&self.later);
        self.later = later;
    }

    /// Keeps what follows the first head, or the end of a body in chunks. Whether there is such an end.
    ///
    /// Both end with an empty line; one within a chunk does no harm.
    pub(super) fn cut(&mut self, buffer: &mut ReadBuf<'_>) -> bool {
        let Some(end) = buffer.filled().iter().position(|byte| self.ends_at(*byte)) else {
            return false;
        };
        let (_, later) = buffer.filled().split_at(end + 1);
        self.later.splice(..0, later.iter().copied());
        buffer.set_filled(end + 1);
        true
    }

    fn ends_at(&mut self, byte: u8) -> bool {
        match byte {
            b'\n' if self.is_new_line && self.has_text => {
                self.has_text = false;
                return true;
            }
            b'\n' => self.is_new_line = true,
            b'\r' => {}
            _ => (self.has_text, self.is_new_line) = (true, false),
        }
        false
    }

    /// Whether part of a head has come.
    pub(super) fn is_within(&self) -> bool {
        self.has_text
    }

    /// What comes next is a head, whatever came before.
    pub(super) fn begin(&mut self) {
        (self.has_text, self.is_new_line) = (false, false);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is handed out of `text`, so much of which comes at a time.
    fn heads(text: &str, at_a_time: usize) -> Vec<String> {
        let (mut intake, mut heads) = (Intake::default(), vec![String::new()]);
        let mut coming = text.as_bytes().chunks(at_a_time);
        loop {
            let mut bytes = [0; 64];
            let mut buffer = ReadBuf::new(&mut bytes);
            if intake.is_empty() {
                let Some(part) = coming.next() else { break };
                buffer.put_slice(part);
            } else {
                intake.give(&mut buffer);
            }
            let is_whole = intake.cut(&mut buffer);
            let given = str::from_utf8(buffer.filled()).unwrap();
            heads.last_mut().unwrap().push_str(given);
            if is_whole {
                heads.push(String::new());
            }
        }
        heads
    }

    #[test]
    fn heads_are_handed_out_one_at_a_time_however_they_come() {
        let expected = ["\r\n\r\nA\r\nB\r\n\r\n", "C\n\n", "0\r\n\r\n", "\nD\r\n"];
        for at_a_time in 1..=expected.concat().len() {
            assert_eq!(
                heads(&expected.concat(), at_a_time),
                expected,
                "{at_a_time}"
            );
        }
    }
}
