/// The way from a JSON value to one inside it, written like `items[2].name`.
///
/// A key that has a dot, a bracket or nothing at all in it is written in brackets and quotes: `a["odd.key"]`. The empty
/// text is the path to the whole value.
package struct JSONPath: Sendable, Hashable, CustomStringConvertible {
  /// One step down.
  package enum Step: Sendable, Hashable {
    /// Into the member with this key.
    case key(String)
    /// Into the element at this index, counted from 0.
    case index(Int)
  }

  /// The steps, from the outside in.
  package var steps: [Step]

  /// The path made of these steps; none is the path to the whole value.
  package init(_ steps: [Step] = []) { self.steps = steps }

  /// Reads the written form; nil when brackets or quotes are not closed or a name is missing.
  package init?(_ text: String) {
    steps = []
    var rest = Substring(text)
    while !rest.isEmpty {
      if rest.hasPrefix("[\"") {
        guard let end = rest.range(ofFirst: "\"]") else { return nil }
        steps.append(.key(String(rest.dropFirst(2)[..<end.lowerBound])))
        rest = rest[end.upperBound...]
      } else if rest.first == "[" {
        guard let end = rest.firstIndex(of: "]"), let index = Int(rest[..<end].dropFirst()) else { return nil }
        steps.append(.index(index))
        rest = rest[rest.index(after: end)...]
      } else {
        let name = rest.prefix { $0 != "." && $0 != "[" }
        guard !name.isEmpty else { return nil }
        steps.append(.key(String(name)))
        rest = rest[name.endIndex...]
      }
      if rest.first == "." {
        rest = rest.dropFirst()
        guard let next = rest.first, next != "." else { return nil }
      }
    }
  }

  /// This path and one step more, into a member.
  package func appending(_ key: String) -> JSONPath { JSONPath(steps + [.key(key)]) }

  /// This path and one step more, into an element.
  package func appending(_ index: Int) -> JSONPath { JSONPath(steps + [.index(index)]) }

  /// The written form; empty for the whole value.
  package var description: String {
    var text = ""
    for step in steps {
      switch step {
      case .index(let index): text += "[\(index)]"
      case .key(let key) where key.isEmpty || key.contains { ".[]\"".contains($0) }: text += "[\"\(key)\"]"
      case .key(let key): text += (text.isEmpty ? "" : ".") + key
      }
    }
    return text
  }
}

extension Substring {
  /// Where the UTF-8 bytes of `needle`, which is ASCII, first occur.
  package func range(ofFirst needle: StaticString) -> Range<Index>? {
    let wanted = UnsafeBufferPointer(start: needle.utf8Start, count: needle.utf8CodeUnitCount)
    var rest = utf8[...]
    while let start = rest.firstIndex(of: wanted[0]) {
      rest = rest[start...]
      if rest.starts(with: wanted) { return start..<utf8.index(start, offsetBy: wanted.count) }
      rest = rest.dropFirst()
    }
    return nil
  }
}
