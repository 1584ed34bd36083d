import Foundation
import NIOCore

/// The body of a form with a file in it (RFC 7578).
struct MultipartForm {
  /// The type that goes with it.
  let contentType: String
  /// The body.
  let body: ByteBuffer

  /// A form. The boundary is drawn by chance until it doesn't occur in the file.
  init(
    fields: [(name: String, value: String)], fileName: String, file: ByteBuffer,
    boundary make: () -> String = { "assay-" + UUID().uuidString }
  ) {
    var boundary = make()
    while Self.contains(boundary, file) { boundary = make() }
    var body = ByteBuffer()
    body.reserveCapacity(file.readableBytes + 1024)
    for field in fields {
      body.writeString(
        "--\(boundary)\r\ncontent-disposition: form-data; name=\"\(field.name)\"\r\n\r\n\(field.value)\r\n")
    }
    body.writeString("--\(boundary)\r\ncontent-disposition: form-data; name=\"file\"; filename=\"\(fileName)\"\r\n")
    body.writeString("content-type: application/jsonl\r\n\r\n")
    body.writeImmutableBuffer(file)
    body.writeString("\r\n--\(boundary)--\r\n")
    self.body = body
    contentType = "multipart/form-data; boundary=\(boundary)"
  }

  private static func contains(_ boundary: String, _ file: ByteBuffer) -> Bool {
    let wanted = Array(boundary.utf8)
    guard let first = wanted.first else { return true }
    return file.withUnsafeReadableBytes { bytes in
      var rest = bytes[...]
      while let place = rest.firstIndex(of: first) {
        if rest[place...].starts(with: wanted) { return true }
        rest = rest[(place + 1)...]
      }
      return false
    }
  }
}
