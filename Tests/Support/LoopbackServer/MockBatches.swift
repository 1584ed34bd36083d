import Content
import Foundation

/// A mock of OpenAI's files and batches: takes files, makes batches of them, and answers their lines out of order.
package actor MockBatches {
  /// How batches go.
  package struct Course: Sendable {
    /// How often a batch is looked at before it is over.
    package var looks = 1
    /// The word it ends with.
    package var ending = "completed"
    /// The share of lines that are answered, of batches that end before their time.
    package var share = 1.0
    /// The most batches on one page of the list.
    package var page = 100
    /// Makes the usual course.
    package init() {}
  }

  /// What the server says to one line's body.
  package typealias Answer = @Sendable (_ body: JSONValue, _ id: String) async -> (status: Int, body: JSONValue)

  private struct Batch {
    var json: JSONObject
    var looks = 0
    var lines: [JSONValue]
  }

  private let course: Course
  private let answer: Answer
  private var files: [String: [UInt8]] = [:]
  private var batches: [(id: String, batch: Batch)] = []

  /// Makes a mock without files.
  package init(course: Course = Course(), answer: @escaping Answer) {
    self.course = course
    self.answer = answer
  }

  /// The files that were uploaded or made, by name.
  package var contents: [String: [UInt8]] { files }

  /// How many batches were made.
  package var made: Int { batches.count }

  /// Puts a file in the place of one that was made.
  package func replace(_ file: String, with bytes: [UInt8]) { files[file] = bytes }

  /// The reply to a request for a file or a batch; nil when it is for something else.
  package func reply(to request: LoopbackRequest) async -> LoopbackReply? {
    let address = request.path.split(separator: "?", maxSplits: 1)
    let steps = address[0].split(separator: "/").map(String.init)
    guard let place = steps.firstIndex(where: { $0 == "files" || $0 == "batches" }) else { return nil }
    let query = address.count > 1 ? String(address[1]) : ""
    switch (request.method, steps[place], Array(steps[(place + 1)...])) {
    case ("POST", "files", []): return upload(request)
    case ("GET", "files", let rest) where rest.count == 2 && rest[1] == "content":
      guard let bytes = files[rest[0]] else { return Self.error(404, "no such file") }
      return LoopbackReply.chunks(
        stride(from: 0, to: bytes.count, by: 1000).map { Array(bytes[$0..<min($0 + 1000, bytes.count)]) },
        headers: [("content-type", "application/octet-stream")])
    case ("POST", "batches", []): return make(request)
    case ("GET", "batches", []): return list(query)
    case ("GET", "batches", let rest) where rest.count == 1: return await look(rest[0])
    case ("POST", "batches", let rest) where rest.count == 2 && rest[1] == "cancel": return cancel(rest[0])
    default: return Self.error(404, "no such address")
    }
  }

  private func upload(_ request: LoopbackRequest) -> LoopbackReply {
    let type = request.headers["content-type"] ?? ""
    guard type.hasPrefix("multipart/form-data; boundary="), let mark = type.split(separator: "=").last else {
      return Self.error(400, "no form")
    }
    let text = String(decoding: request.body, as: UTF8.self)
    let parts = text.components(separatedBy: "--\(mark)")
    guard parts.count == 4, parts[0] == "", parts[3] == "--\r\n",
      parts[1] == "\r\ncontent-disposition: form-data; name=\"purpose\"\r\n\r\nbatch\r\n",
      parts[2].contains("name=\"file\"; filename="), let start = parts[2].range(of: "\r\n\r\n")
    else { return Self.error(400, "a form that can't be read") }
    let id = "file-\(files.count + 1)"
    files[id] = Array(parts[2][start.upperBound...].utf8.dropLast(2))
    return Self.json(["id": JSONValue(id), "object": "file", "purpose": "batch"])
  }

  private func make(_ request: LoopbackRequest) -> LoopbackReply {
    guard let body = request.json, let file = body["input_file_id"]?.string, let bytes = files[file],
      body["completion_window"] == "24h", let endpoint = body["endpoint"]?.string
    else { return Self.error(400, "no such file") }
    let lines = bytes.split(separator: 0x0A).compactMap { try? JSONValue(parsing: $0) }
    guard lines.allSatisfy({ $0["url"]?.string == endpoint && $0["method"] == "POST" }) else {
      return Self.error(400, "a line for another endpoint")
    }
    let id = "batch_\(batches.count + 1)"
    let json: JSONObject = [
      "id": JSONValue(id), "object": "batch", "endpoint": JSONValue(endpoint), "status": "validating",
      "input_file_id": JSONValue(file), "metadata": body["metadata"] ?? .null,
      "request_counts": ["total": JSONValue(lines.count), "completed": 0, "failed": 0],
    ]
    batches.append((id, Batch(json: json, lines: lines)))
    return Self.json(.object(json))
  }

  private func list(_ query: String) -> LoopbackReply {
    var newest = Array(batches.reversed())
    for pair in query.split(separator: "&") where pair.hasPrefix("after=") {
      let after = pair.dropFirst(6)
      newest = Array(newest.drop { $0.id != after }.dropFirst())
    }
    let page = newest.prefix(course.page)
    return Self.json([
      "object": "list", "data": .array(page.map { .object($0.batch.json) }),
      "has_more": JSONValue(page.count < newest.count),
    ])
  }

  private func look(_ id: String) async -> LoopbackReply {
    guard let place = batches.firstIndex(where: { $0.id == id }) else { return Self.error(404, "no such batch") }
    batches[place].batch.looks += 1
    let isOpen = ["validating", "in_progress"].contains(batches[place].batch.json["status"]?.string)
    if isOpen {
      if batches[place].batch.looks > course.looks {
        await end(place, course.ending)
      } else {
        batches[place].batch.json["status"] = "in_progress"
      }
    }
    return Self.json(.object(batches[place].batch.json))
  }

  private func cancel(_ id: String) -> LoopbackReply {
    guard let place = batches.firstIndex(where: { $0.id == id }) else { return Self.error(404, "no such batch") }
    guard ["validating", "in_progress"].contains(batches[place].batch.json["status"]?.string) else {
      return Self.error(409, "it is over")
    }
    batches[place].batch.json["status"] = "cancelled"
    return Self.json(.object(batches[place].batch.json))
  }

  /// Answers the lines, the last first.
  private func end(_ place: Int, _ word: String) async {
    let lines = batches[place].batch.lines
    let answered = word == "failed" ? 0 : Int(Double(lines.count) * course.share)
    var texts: (good: [String], bad: [String]) = ([], [])
    for (number, line) in lines.enumerated().reversed() {
      let id = line["custom_id"]?.string ?? ""
      var result: JSONObject = ["id": JSONValue("req_\(number)"), "custom_id": JSONValue(id)]
      if number >= answered {
        result["response"] = .null
        result["error"] = ["code": JSONValue("batch_\(word)"), "message": "It was never begun."]
        texts.bad.append(JSONValue.object(result).text(.compact))
        continue
      }
      let (status, body) = await answer(line["body"] ?? .null, id)
      result["response"] = ["status_code": JSONValue(status), "request_id": "r", "body": body]
      result["error"] = .null
      let text = JSONValue.object(result).text(.compact)
      if status == 200 { texts.good.append(text) } else { texts.bad.append(text) }
    }
    var json = batches[place].batch.json
    json["status"] = JSONValue(word)
    if word == "failed" {
      json["errors"] = ["object": "list", "data": [["code": "bad", "message": "Line 1 can't be read.", "line": 1]]]
    } else {
      for (key, lines) in [("output_file_id", texts.good), ("error_file_id", texts.bad)] where !lines.isEmpty {
        let file = "file-\(files.count + 1)"
        files[file] = Array((lines.joined(separator: "\n") + "\n").utf8)
        json[key] = JSONValue(file)
      }
      json["request_counts"] = [
        "total": JSONValue(lines.count), "completed": JSONValue(texts.good.count), "failed": JSONValue(texts.bad.count),
      ]
    }
    batches[place].batch.json = json
  }

  private static func json(_ json: JSONValue) -> LoopbackReply {
    .response(200, [("content-type", "application/json")], json.text(.compact))
  }

  private static func error(_ status: Int, _ message: String) -> LoopbackReply {
    let body: JSONValue = ["error": ["message": JSONValue(message)]]
    return .response(status, [("content-type", "application/json")], body.text(.compact))
  }
}
