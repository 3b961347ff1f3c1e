//! A small HTTP/1.1 server on the loopback interface, for tests: it takes one request a
//! connection, gives it to a platform, and remembers both sides.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::Duration;

/// A request as it came.
#[derive(Debug, Clone)]
pub(crate) struct Call {
    pub(crate) method: String,
    /// The path as it was written, without its query.
    pub(crate) path: String,
    /// The query as it was written, with its `?`.
    pub(crate) query: String,
    headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

impl Call {
    /// The value of a header, or an empty text.
    pub(crate) fn header(&self, name: &str) -> &str {
        let found = self.headers.iter().find(|(known, _)| known.eq_ignore_ascii_case(name));
        found.map_or("", |(_, value)| value)
    }

    /// A part of the query, decoded.
    pub(crate) fn query_part(&self, name: &str) -> Option<String> {
        let parts = form_parts(self.query.trim_start_matches('?').as_bytes()).ok()?;
        parts.into_iter().find(|(known, _)| known == name).map(|(_, value)| value)
    }
}

/// What is said in return.
#[derive(Debug, Clone)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(&'static str, String)>,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    pub(crate) fn new(status: u16, body: impl Into<Vec<u8>>) -> Answer {
        Answer { status, headers: Vec::new(), body: body.into() }
    }

    pub(crate) fn with(mut self, name: &'static str, value: impl Into<String>) -> Answer {
        self.headers.push((name, value.into()));
        self
    }
}

/// Who answers.
pub(crate) type Platform = Box<dyn FnMut(&Call) -> Answer + Send>;

/// A server that runs until it goes out of scope.
pub(crate) struct Server {
    address: SocketAddr,
    log: Arc<Mutex<Vec<(Call, u16)>>>,
    ends: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Server {
    pub(crate) fn start(platform: Platform) -> Server {
        Server::start_at("127.0.0.1:0", platform)
    }

    pub(crate) fn start_at(address: &str, mut platform: Platform) -> Server {
        let listener = TcpListener::bind(address).expect("a port of the loopback interface");
        let address = listener.local_addr().expect("bound");
        let log = Arc::new(Mutex::new(Vec::new()));
        let ends = Arc::new(AtomicBool::new(false));
        let thread = {
            let (log, ends) = (log.clone(), ends.clone());
            std::thread::spawn(move || {
                for stream in listener.incoming() {
                    if ends.load(Ordering::SeqCst) {
                        break;
                    }
                    // Who goes away in the middle of a request was killed by its test.
                    if let Ok(stream) = stream {
                        let _ = serve(&stream, &mut platform, &log);
                    }
                }
            })
        };
        Server { address, log, ends, thread: Some(thread) }
    }

    pub(crate) fn address(&self) -> String {
        self.address.to_string()
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Every request until now, with the status of its answer.
    pub(crate) fn log(&self) -> Vec<(Call, u16)> {
        self.log.lock().expect("no test panics with it").clone()
    }

    /// The statuses of the answers until now.
    pub(crate) fn statuses(&self) -> Vec<u16> {
        self.log().iter().map(|(_, status)| *status).collect()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.ends.store(true, Ordering::SeqCst);
        // Wakes the thread, which waits for the next connection.
        drop(TcpStream::connect(self.address));
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

fn serve(
    stream: &TcpStream,
    platform: &mut Platform,
    log: &Mutex<Vec<(Call, u16)>>,
) -> io::Result<()> {
    stream.set_read_timeout(Some(Duration::from_secs(20)))?;
    let call = read_call(stream)?;
    let announced = call.header("Content-Length");
    let is_read = announced.is_empty() || call.body.len().to_string() == announced;
    let answer = if is_read { platform(&call) } else { Answer::new(413, "too large") };
    log.lock().expect("no test panics with it").push((call, answer.status));
    let mut writer = stream;
    write!(writer, "HTTP/1.1 {} Said\r\nConnection: close\r\n", answer.status)?;
    for (name, value) in &answer.headers {
        write!(writer, "{name}: {value}\r\n")?;
    }
    write!(writer, "Content-Length: {}\r\n\r\n", answer.body.len())?;
    writer.write_all(&answer.body)?;
    writer.flush()
}

/// A client that asks before it sends more than this is told 413 at once.
const ASKED_BYTES_MAX: usize = 4_000_000;

fn read_call(stream: &TcpStream) -> io::Result<Call> {
    let mut reader = BufReader::new(stream);
    let mut line = String::new();
    reader.read_line(&mut line)?;
    let mut words = line.split_whitespace();
    let (Some(method), Some(target)) = (words.next(), words.next()) else {
        return Err(io::ErrorKind::InvalidData.into());
    };
    let at = target.find('?').unwrap_or(target.len());
    let (method, path, query) =
        (method.to_owned(), target[..at].to_owned(), target[at..].to_owned());
    let mut headers = Vec::new();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line)?;
        let Some((name, value)) = line.trim_end().split_once(':') else { break };
        headers.push((name.to_owned(), value.trim().to_owned()));
    }
    let mut call = Call { method, path, query, headers, body: Vec::new() };
    let length: usize = call.header("Content-Length").parse().unwrap_or(0);
    if call.header("Expect").eq_ignore_ascii_case("100-continue") {
        if length > ASKED_BYTES_MAX {
            return Ok(call);
        }
        let mut writer = stream;
        writer.write_all(b"HTTP/1.1 100 Continue\r\n\r\n")?;
    }
    call.body = vec![0; length];
    reader.read_exact(&mut call.body)?;
    Ok(call)
}

/// The parts of `application/x-www-form-urlencoded`, decoded strictly.
pub(crate) fn form_parts(text: &[u8]) -> Result<Vec<(String, String)>, String> {
    let text = std::str::from_utf8(text).map_err(|error| error.to_string())?;
    let part = |part: &str| {
        let (name, value) = part.split_once('=').ok_or_else(|| format!("{part} has no ="))?;
        Ok((decoded(name)?, decoded(value)?))
    };
    text.split('&').filter(|text| !text.is_empty()).map(part).collect()
}

fn decoded(text: &str) -> Result<String, String> {
    let mut bytes = Vec::new();
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'+' => b' ',
            b'%' => {
                let digits = [rest.next().unwrap_or(b'x'), rest.next().unwrap_or(b'x')];
                let digits = std::str::from_utf8(&digits).map_err(|error| error.to_string())?;
                u8::from_str_radix(digits, 16).map_err(|_| format!("%{digits} in {text}"))?
            }
            byte if byte.is_ascii_graphic() => byte,
            byte => return Err(format!("the byte {byte} stands in {text} as it is")),
        });
    }
    String::from_utf8(bytes).map_err(|error| error.to_string())
}

/// A part of `multipart/form-data`.
#[derive(Debug, Clone)]
pub(crate) struct Part {
    pub(crate) name: String,
    /// The file name, where it is a file.
    pub(crate) file: Option<String>,
    pub(crate) content: Vec<u8>,
}

/// The parts of `multipart/form-data`, read strictly.
pub(crate) fn multipart(call: &Call) -> Result<Vec<Part>, String> {
    let kind = call.header("Content-Type");
    let boundary = kind
        .strip_prefix("multipart/form-data; boundary=")
        .ok_or_else(|| format!("the media type is {kind:?}"))?;
    let (between, mut rest) = (format!("\r\n--{boundary}"), call.body.as_slice());
    rest = rest.strip_prefix(&between.as_bytes()[2..]).ok_or("no first boundary")?;
    let mut parts = Vec::new();
    while let Some(part) = rest.strip_prefix(b"\r\n") {
        let head_end = find(part, b"\r\n\r\n").ok_or("a part has no head")?;
        let head = std::str::from_utf8(&part[..head_end]).map_err(|error| error.to_string())?;
        let content = &part[head_end + 4..];
        let end = find(content, between.as_bytes()).ok_or("a part has no end")?;
        let disposition = head
            .lines()
            .find_map(|line| line.strip_prefix("Content-Disposition: form-data; "))
            .ok_or("a part has no name")?;
        let value = |key: &str| {
            let from = disposition.find(&format!("{key}=\""))? + key.len() + 2;
            let to = disposition[from..].find('"')? + from;
            Some(disposition[from..to].to_owned())
        };
        let file = value("filename");
        let name = disposition.strip_prefix("name=\"").and_then(|text| text.split('"').next());
        let name = name.ok_or("a part has no name")?.to_owned();
        parts.push(Part { name, file, content: content[..end].to_vec() });
        rest = &content[end + between.len()..];
    }
    if rest == b"--\r\n" { Ok(parts) } else { Err("the last boundary is not whole".to_owned()) }
}

fn find(text: &[u8], part: &[u8]) -> Option<usize> {
    text.windows(part.len()).position(|window| window == part)
}
