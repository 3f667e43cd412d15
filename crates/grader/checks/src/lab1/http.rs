//! A real HTTP server's answer to some bytes, without a socket: the hyper library reads them from memory and
//! writes its answer there. What travels over the network stays in the hands of the check.

use hyper::body::{Body, Bytes, Frame, Incoming};
use hyper::rt::{Read, ReadBufCursor, Write};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response};
use std::convert::Infallible;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, Waker};

/// What an HTTP/1.1 server answers to `request`.
pub(super) fn answer(request: &[u8]) -> io::Result<Vec<u8>> {
    let mut memory = Memory { request: request.to_vec(), answer: Vec::new() };
    let hello = service_fn(|_: Request<Incoming>| async { Ok::<_, Infallible>(Response::new(Nothing)) });
    {
        let mut connection =
            std::pin::pin!(http1::Builder::new().half_close(true).serve_connection(&mut memory, hello));
        // Memory is always ready, so one poll completes the conversation. If the request is malformed, the result is an error and the
        // answer says so.
        if connection.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending() {
            return Err(io::Error::other("the HTTP library waits although its peer is in memory"));
        }
    }
    Ok(memory.answer)
}

/// Both directions of a connection.
struct Memory {
    request: Vec<u8>,
    answer: Vec<u8>,
}

impl Read for &mut Memory {
    fn poll_read(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
        mut buffer: ReadBufCursor<'_>,
    ) -> Poll<io::Result<()>> {
        let length = buffer.remaining().min(self.request.len());
        let taken: Vec<u8> = self.request.drain(..length).collect();
        buffer.put_slice(&taken);
        Poll::Ready(Ok(()))
    }
}

impl Write for &mut Memory {
    fn poll_write(mut self: Pin<&mut Self>, _: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        self.answer.extend_from_slice(bytes);
        Poll::Ready(Ok(bytes.len()))
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}

/// A body of no bytes.
struct Nothing;

impl Body for Nothing {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        Poll::Ready(None)
    }

    fn is_end_stream(&self) -> bool {
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_does_not_speak_http_gets_a_400() {
        let answer = answer(b"Hello, sorry, but I don't speak HTTP...\r\n\r\n").unwrap();
        assert!(answer.starts_with(b"HTTP/1.1 400 Bad Request\r\n"), "{}", answer.escape_ascii());
    }

    #[test]
    fn who_does_gets_a_200() {
        let answer = answer(b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").unwrap();
        assert!(answer.starts_with(b"HTTP/1.1 200 OK\r\n"), "{}", answer.escape_ascii());
    }
}
