import Files
import Foundation
import NIOCore

/// The body of a form with a file in it (RFC 7578), read from the disk piece by piece while it is sent.
struct FileForm: AsyncSequence, Sendable {
  typealias Element = ByteBuffer

  /// How much is read at a time.
  static let piece = 256 << 10

  /// The type that goes with it.
  let contentType: String
  /// Its length.
  let bytes: Int
  private let head: String
  private let tail: String
  private let file: String
  private let fileBytes: Int

  /// - Parameter file: a path.
  /// - Parameter bytes: the file's size, which mustn't change until it is sent.
  init(fields: [(name: String, value: String)], fileName: String, file: String, bytes: Int) {
    // Drawn after the file was written, of 122 random bits: it occurs in no file.
    let boundary = "assay-" + UUID().uuidString
    var head = ""
    for field in fields {
      head += "--\(boundary)\r\ncontent-disposition: form-data; name=\"\(field.name)\"\r\n\r\n\(field.value)\r\n"
    }
    head += "--\(boundary)\r\ncontent-disposition: form-data; name=\"file\"; filename=\"\(fileName)\"\r\n"
    head += "content-type: application/jsonl\r\n\r\n"
    self.head = head
    tail = "\r\n--\(boundary)--\r\n"
    contentType = "multipart/form-data; boundary=\(boundary)"
    self.file = file
    fileBytes = bytes
    self.bytes = head.utf8.count + bytes + tail.utf8.count
  }

  func makeAsyncIterator() -> Iterator { Iterator(form: self) }

  /// Reads the form once.
  struct Iterator: AsyncIteratorProtocol {
    private enum Place { case head, file(FileHandle, left: Int), tail, end }

    private let form: FileForm
    private var place = Place.head

    init(form: FileForm) { self.form = form }

    mutating func next() async throws -> ByteBuffer? {
      switch place {
      case .head:
        let handle = try FileBytes.handle(form.file)
        place = .file(handle, left: form.fileBytes)
        return ByteBuffer(string: form.head)
      case .file(let handle, let left):
        // More than was announced stays out; where it is less, the request fails by its length.
        if left > 0, let data = try handle.read(upToCount: Swift.min(FileForm.piece, left)), !data.isEmpty {
          place = .file(handle, left: left - data.count)
          return ByteBuffer(bytes: data)
        }
        try? handle.close()
        place = .tail
        return try await next()
      case .tail:
        place = .end
        return ByteBuffer(string: form.tail)
      case .end: return nil
      }
    }
  }
}
