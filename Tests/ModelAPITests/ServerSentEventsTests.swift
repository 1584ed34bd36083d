import Testing

@testable import ModelAPI

struct ServerSentEventsTests {
  private func events(_ text: String, cutEvery size: Int = .max) -> [String] {
    var parser = ServerSentEvents()
    var result: [ServerSentEvents.Event] = []
    var rest = Array(text.utf8)[...]
    while !rest.isEmpty {
      result += parser.feed(rest.prefix(size))
      rest = rest.dropFirst(size)
    }
    if let last = parser.finish() { result.append(last) }
    return result.map { ($0.name.isEmpty ? "" : $0.name + "=") + String(decoding: $0.data, as: UTF8.self) }
  }

  @Test(arguments: ["\n", "\r\n", "\r"])
  func readsEventsWithAnyLineEnd(_ end: String) {
    let text = ["data: one", "", ": comment", "data: é作🦊", "", "event: error", "data: {", "data: }", "", ""]
    let whole = text.joined(separator: end)
    for size in 1...whole.utf8.count {
      #expect(events(whole, cutEvery: size) == ["one", "é作🦊", "error={\n}"])
    }
  }

  @Test(arguments: [
    ("data: a", ["a"]), ("data: a\n", ["a"]), ("data: a\r", ["a"]), ("data:a\n\n", ["a"]), ("data:  a\n\n", [" a"]),
    ("data\n\n", [""]), ("\u{FEFF}data: a\n\n", ["a"]), (": only comments\n\n: more\n\n", []), ("", []),
    ("\n\n\n", []), ("event: x\n\n", []), ("event: x\n\ndata: a\n\n", ["a"]),
    ("id: 3\nretry: 5\nfoo: b\ndata: a\n\n", ["a"]),
    ("data: a\ndata:\ndata: b\n\n", ["a\n\nb"]),
  ])
  func followsTheSpecification(_ text: String, _ expected: [String]) {
    #expect(events(text) == expected)
    #expect(events(text, cutEvery: 1) == expected)
  }
}
