//! Where one request on a connection ends and the next begins.

use tokio::io::ReadBuf;

use super::head_line::rewritten;

/// A line that is longer is handed out as it comes.
const LONGEST_LINE: usize = 8 * 1024;

/// Bytes of one.
const EMPTY_LINE: usize = 2;

/// Bytes that have come, handed out one head at a time, and of heads whole lines.
///
/// The HTTP library remembers only of the head that it took last whether that asks for a body, in which version, and
/// whether the connection goes on, and answers all requests by it.
#[derive(Default)]
pub(super) struct Intake {
    /// What has come and was not handed out.
    later: Vec<u8>,
    place: Place,
    /// Nothing more will come.
    is_over: bool,
    /// The body's line has text, and no empty one has come since.
    has_text: bool,
    /// Nothing has come of the present line of a body.
    is_new_line: bool,
}

/// Where in a head the next byte stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Place {
    /// Before it: empty lines may come, which say nothing (RFC 9112, section 2.2).
    #[default]
    Before,
    /// At the beginning of a field.
    Field,
    /// In a line that is handed out as it is.
    Line,
}

/// What was handed out of a head.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Lines {
    /// Nothing: more has to come.
    None,
    /// Some, and more has to come.
    Some,
    /// All that was missing.
    Last,
}

impl Intake {
    pub(super) fn is_empty(&self) -> bool {
        self.later.is_empty()
    }

    /// Takes what has come; nothing is the end of all.
    pub(super) fn take(&mut self, bytes: &[u8]) {
        self.is_over |= bytes.is_empty();
        self.later.extend_from_slice(bytes);
    }

    /// Moves what came earlier into `buffer`.
    pub(super) fn give(&mut self, buffer: &mut ReadBuf<'_>) {
        let room = buffer.remaining().min(self.later.len());
        buffer.put_slice(self.later.get(..room).unwrap_or_default());
        self.later.drain(..room);
    }

    /// Moves the next lines of a head into `buffer`, none of those after it.
    pub(super) fn give_lines(&mut self, buffer: &mut ReadBuf<'_>) -> Lines {
        let before = buffer.filled().len();
        loop {
            if self.place == Place::Before {
                let text = self.later.iter().position(|byte| !b"\r\n".contains(byte));
                self.later.drain(..text.unwrap_or(self.later.len()));
            }
            let length = self
                .later
                .iter()
                .position(|byte| *byte == b'\n')
                .map(|end| end + 1);
            let is_whole = length.is_some();
            let is_long = self.is_over || self.later.len() >= LONGEST_LINE;
            let length = match length {
                Some(length) => length,
                None if is_long || self.place == Place::Line => self.later.len(),
                None => 0,
            };
            let is_some = buffer.filled().len() > before;
            // The empty line is not taken apart: it tells the end.
            if length == 0 || is_some && buffer.remaining() < EMPTY_LINE {
                return if is_some { Lines::Some } else { Lines::None };
            }
            if is_whole && self.place != Place::Line {
                let line = self.later.get(..length).unwrap_or_default();
                if let Some(line) = rewritten(line, self.place == Place::Before) {
                    if !line.is_empty() {
                        self.place = Place::Line;
                    }
                    self.later.splice(..length, line);
                    continue;
                }
            }
            if self.give_line(length, is_whole, buffer) {
                return Lines::Last;
            }
        }
    }

    /// Moves a line, or as much of it as there is room for. Whether it was the empty one at the end.
    fn give_line(&mut self, length: usize, is_whole: bool, buffer: &mut ReadBuf<'_>) -> bool {
        let room = buffer.remaining().min(length);
        let line = self.later.get(..room).unwrap_or_default();
        let is_empty = matches!(line, b"\n" | b"\r\n");
        let is_last = is_empty && self.place == Place::Field;
        buffer.put_slice(line);
        self.later.drain(..room);
        self.place = match self.place {
            _ if is_last => Place::Before,
            _ if is_whole && room == length => Place::Field,
            _ => Place::Line,
        };
        is_last
    }

    /// Whether part of a head has come.
    pub(super) fn is_within(&self) -> bool {
        self.place != Place::Before || !self.later.is_empty()
    }

    /// Keeps what follows the end of a body in chunks: an empty line. One within a chunk does no harm.
    pub(super) fn cut(&mut self, buffer: &mut ReadBuf<'_>) {
        let Some(end) = buffer.filled().iter().position(|byte| self.ends_at(*byte)) else {
            return;
        };
        let (_, later) = buffer.filled().split_at(end + 1);
        self.later.splice(..0, later.iter().copied());
        buffer.set_filled(end + 1);
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

    /// What comes next is a head, whatever came before.
    pub(super) fn begin(&mut self) {
        self.place = Place::Before;
        (self.has_text, self.is_new_line) = (false, false);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is handed out of `text`, so much of which comes at a time, into so much room.
    fn heads(text: &str, at_a_time: usize, room: usize) -> Vec<String> {
        let (mut intake, mut heads) = (Intake::default(), vec![String::new()]);
        let mut coming = text.as_bytes().chunks(at_a_time);
        loop {
            let mut bytes = vec![0; room];
            let mut buffer = ReadBuf::new(&mut bytes);
            let lines = intake.give_lines(&mut buffer);
            let given = str::from_utf8(buffer.filled()).unwrap();
            heads.last_mut().unwrap().push_str(given);
            match lines {
                Lines::Last => heads.push(String::new()),
                Lines::Some => {}
                Lines::None if intake.is_over => return heads,
                Lines::None => intake.take(coming.next().unwrap_or_default()),
            }
        }
    }

    #[test]
    fn heads_are_handed_out_one_at_a_time_however_they_come() {
        let come = "\r\n\r\nA\r\nB\r\n\r\nC\nUpgrade: h2c\n\nGET /\u{e9} D\r\nConnection: upgrade, close\r\n\r\n\nE\r\nF";
        let given = [
            "A\r\nB\r\n\r\n",
            "C\n\n",
            "GET /%C3%A9 D\r\nConnection: close\r\n\r\n",
            "E\r\nF",
        ];
        for at_a_time in 1..=come.len() {
            for room in [EMPTY_LINE, 5, 20, 1000] {
                assert_eq!(heads(come, at_a_time, room), given, "{at_a_time} {room}");
            }
        }
    }

    #[test]
    fn long_lines_are_not_waited_for() {
        let mut intake = Intake::default();
        let mut bytes = vec![0; 2 * LONGEST_LINE];
        let mut buffer = ReadBuf::new(&mut bytes);

        intake.take(&vec![b'a'; LONGEST_LINE - 1]);
        let early = intake.give_lines(&mut buffer);
        intake.take(b"a");
        let late = intake.give_lines(&mut buffer);
        intake.take(b"a");
        let later = intake.give_lines(&mut buffer);

        assert_eq!(
            [early, late, later],
            [Lines::None, Lines::Some, Lines::Some]
        );
        assert_eq!(buffer.filled().len(), LONGEST_LINE + 1);
    }
}
