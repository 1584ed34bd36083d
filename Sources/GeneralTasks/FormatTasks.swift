import Content

/// Tasks that ask for the same data in another form.
enum FormatTasks {
  /// Somebody with facts to write down.
  private struct Person {
    var name: String
    var city: String
    var age: Int

    var sentence: String { "\(name) is \(age) years old and lives in \(city)." }
    var object: JSONValue { ["name": .string(name), "city": .string(city), "age": .init(age)] }
    /// The same with another age.
    var changed: Person { Person(name: name, city: city, age: age + 1) }
  }

  private static func people(_ count: Int, _ draw: inout Draw) -> [Person] {
    let (names, cities) = (draw.some(count, of: Words.names), draw.some(count, of: Words.cities))
    return zip(names, cities).map { Person(name: $0, city: $1, age: draw.number(21...79)) }
  }

  static func drafts(_ draw: inout Draw) -> [TaskDraft] {
    draw.tasks(6, object) + draw.tasks(6, list) + draw.tasks(6, table) + draw.tasks(6, lines) + draw.tasks(6, elements)
      + draw.tasks(6, fromTable) + draw.tasks(6, bars) + draw.tasks(6, markdown) + draw.tasks(6, numbered)
      + draw.tasks(6, nested)
  }

  /// What may stand before and behind a text that is to be the whole answer.
  private static func whole(_ pattern: String) -> String {
    #"(?i)\A\s*(?:```\w*\n)?"# + pattern + #"\s*(?:\n```)?\s*\z"#
  }

  private static func object(_ draw: inout Draw) -> TaskDraft {
    let person = people(1, &draw)[0]
    return .json(
      "Write this as one JSON object with the keys name, city and age (a number), and nothing else: \(person.sentence)",
      person.object, wrong: person.changed.object)
  }

  private static func list(_ draw: inout Draw) -> TaskDraft {
    let people = people(2, &draw)
    return .json(
      "Write this as a JSON list of two objects with the keys name, city and age (a number), in the same order, and nothing "
        + "else: \(people.map(\.sentence).joined(separator: " "))", .array(people.map(\.object)),
      wrong: .array(people.reversed().map(\.object)))
  }

  private static func table(_ draw: inout Draw) -> TaskDraft {
    let people = people(2, &draw)
    let rows = [["name", "city", "age"]] + people.map { [$0.name, $0.city, String($0.age)] }
    return .matching(
      "Write this as CSV with the header name,city,age and a line for each person, and nothing else: "
        + people.map(\.sentence).joined(separator: " "),
      whole(rows.map { $0.joined(separator: #", ?"#) }.joined(separator: #"\r?\n"#)),
      right: rows.map { $0.joined(separator: ",") }.joined(separator: "\n"),
      wrong: rows.map { $0.joined(separator: ";") }.joined(separator: "\n"))
  }

  private static func lines(_ draw: inout Draw) -> TaskDraft {
    let person = people(1, &draw)[0]
    let facts = [("city", person.city), ("age", String(person.age)), ("name", person.name)]
    return .matching(
      "Write this as three lines, first city, then age, then name, each as key: value, and nothing else: "
        + person.sentence, whole(facts.map { "\($0.0):[ \\t]*\($0.1)" }.joined(separator: #"[ \t]*\n"#)),
      right: facts.map { "\($0.0): \($0.1)" }.joined(separator: "\n"),
      wrong: facts.reversed().map { "\($0.0): \($0.1)" }.joined(separator: "\n"))
  }

  private static func elements(_ draw: inout Draw) -> TaskDraft {
    let person = people(1, &draw)[0]
    let parts = [("name", person.name), ("city", person.city), ("age", String(person.age))]
    let inner = parts.map { "<\($0.0)>\\s*\($0.1)\\s*</\($0.0)>" }.joined(separator: #"\s*"#)
    let text = parts.map { "<\($0.0)>\($0.1)</\($0.0)>" }.joined()
    return .matching(
      "Write this as XML: an element person with the elements name, city and age in it, in this order, no attributes, and "
        + "nothing else: \(person.sentence)", whole(#"<person>\s*"# + inner + #"\s*</person>"#),
      right: "<person>\(text)</person>", wrong: "<person>\(text)")
  }

  private static func fromTable(_ draw: inout Draw) -> TaskDraft {
    let people = people(3, &draw)
    let wanted = draw.number(0...2)
    let rows = people.map { "\($0.name),\($0.city),\($0.age)" }.joined(separator: "\n")
    return .json(
      "name,city,age\n\(rows)\n\nWrite the row of \(people[wanted].name) as one JSON object with the keys name, city and age "
        + "(a number), and nothing else.", people[wanted].object, wrong: people[(wanted + 1) % 3].object)
  }

  private static func bars(_ draw: inout Draw) -> TaskDraft {
    let person = people(1, &draw)[0]
    return .matching(
      "\(person.object.text(.spaced))\n\nWrite this on one line as name|age|city, and nothing else.",
      whole(#"\|?\s*"# + "\(person.name) ?\\| ?\(person.age) ?\\| ?\(person.city)" + #"\s*\|?"#),
      right: "\(person.name)|\(person.age)|\(person.city)", wrong: "\(person.name)|\(person.city)|\(person.age)")
  }

  private static func markdown(_ draw: inout Draw) -> TaskDraft {
    let people = people(2, &draw)
    let rows = [["name", "age"]] + people.map { [$0.name, String($0.age)] }
    func row(_ cells: [String]) -> String { #"\|\s*"# + cells.joined(separator: #"\s*\|\s*"#) + #"\s*\|"# }
    let rule = #"\|(?:\s*:?-+:?\s*\|){2}"#
    let patterns = [row(rows[0]), rule] + rows.dropFirst().map(row)
    let text = rows.map { "| " + $0.joined(separator: " | ") + " |" }
    return .matching(
      "Write this as a Markdown table with the columns name and age, and nothing else: "
        + people.map(\.sentence).joined(separator: " "), whole(patterns.joined(separator: #"[ \t]*\n\s*"#)),
      right: ([text[0], "| --- | --- |"] + text.dropFirst()).joined(separator: "\n"),
      wrong: text.joined(separator: "\n"))
  }

  private static func numbered(_ draw: inout Draw) -> TaskDraft {
    let things = draw.some(4, of: Words.things)
    return .matching(
      "Write this as a numbered list, 1. to 4., a line for each, and nothing else: \(things.joined(separator: ", "))",
      whole(things.enumerated().map { "\($0 + 1)\\.\\s+\($1)" }.joined(separator: #"[ \t]*\n\s*"#)),
      right: things.enumerated().map { "\($0 + 1). \($1)" }.joined(separator: "\n"),
      wrong: things.map { "- \($0)" }.joined(separator: "\n"))
  }

  private static func nested(_ draw: inout Draw) -> TaskDraft {
    let (number, things) = (draw.number(100...999), draw.some(3, of: Words.things))
    let name = draw.one(of: Words.names)
    func order(_ items: [String]) -> JSONValue {
      ["order": ["number": .init(number), "customer": .string(name), "items": .array(items.map { .string($0) })]]
    }
    return .json(
      "Write this as one JSON object and nothing else: a key order, in it the keys number (a number), customer and items (a "
        + "list of texts in the same order). Order \(number) of \(name): \(things.joined(separator: ", ")).",
      order(things), wrong: order(Array(things.dropLast())))
  }
}
