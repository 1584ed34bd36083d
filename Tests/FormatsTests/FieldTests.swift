import Content
import Testing

@testable import Formats

@Suite struct FieldTests {
  private func options(_ map: String..., jsonCells: Set<String> = []) throws -> ImportOptions {
    var options = ImportOptions()
    options.map = try FieldMap(parsing: map)
    options.jsonCells = jsonCells
    return options
  }

  @Test func aTableWithALabel() throws {
    let output = try imported("id,Review Text,label\n1,\"Great, really\",positive\n2,Bad,\n", named: "reviews.csv")
    #expect(
      output.lines == [
        #"{"id":"1","input":{"Review_Text":"Great, really"},"expected":"positive"}"#,
        #"{"id":"2","input":{"Review_Text":"Bad"}}"#,
      ])
    #expect(output.notes.contains { $0.contains("\"label\"") })
    #expect(output.notes.contains { $0.contains("{{ Review_Text }}") })
    #expect(output.read == 2)
  }

  @Test func mappedFieldsAndTheRest() throws {
    let output = try imported(
      "text;label;source;count\na;x;mail;3\n", named: "a.csv",
      try options("input.review=text", "expected.label=label", "tags=source", "weight=count"))
    #expect(
      output.lines == [
        #"{"id":"-","input":{"review":"a"},"expected":{"label":"x"},"tags":["mail"],"weight":3}"#
      ])
    let kept = try imported("text,other\na,b\n", named: "a.csv", try options("input.review=text"))
    #expect(kept.lines == [#"{"id":"-","input":{"review":"a"},"metadata":{"other":"b"}}"#])
  }

  @Test func numbersInCellsStayAsWritten() throws {
    let output = try imported("text;price\na;1,50\nb;0010\n", named: "a.csv")
    #expect(output.cases.map { $0.input["price"] } == ["1,50", "0010"])
  }

  @Test func cellsAreJSONOnlyOnRequest() throws {
    let text = "text,expected\na,\"{\"\"k\"\": 1}\"\nb,{\n"
    #expect(try imported(text, named: "a.csv").cases[0].expected == #"{"k": 1}"#)
    let read = try imported(text, named: "a.csv", try options(jsonCells: ["expected"]))
    #expect(read.cases.map(\.expected) == [["k": 1]])
    #expect(read.failures.map(\.line) == [3])
  }

  @Test func pathsLeadIntoObjects() throws {
    let output = try imported(
      #"{"doc": {"text": "a"}, "gold": [{"v": "x"}]}"# + "\n" + #"{"doc": {}}"# + "\n",
      try options("input.text=doc.text", "expected=gold[0].v"))
    #expect(output.lines == [#"{"id":"-","input":{"text":"a"},"expected":"x"}"#])
    #expect(output.failures.map(\.line) == [2])
  }

  @Test(arguments: [
    ("input", "no assignment"), ("input.a=", "names no field"), ("label=x", "nothing that a case has"),
    ("input.a b=x", "name of a slot"), ("expcted=x", "Did you mean \"expected\"?"), ("input.=x", "ends with a dot"),
  ])
  func assignmentsThatCannotBeUsed(text: String, words: String) {
    #expect { try FieldMap(parsing: [text]) } throws: { String(describing: $0).contains(words) }
  }

  @Test func jsonArraysAndPrettyPrintedObjects() throws {
    let array =
      "[\n {\"text\": \"a\", \"label\": \"x\"},\n {\"text\": \"b\",, \"label\": \"y\"},\n {\"text\": \"c\", \"label\": \"z\"}\n]\n"
    let output = try imported(array)
    #expect(output.cases.map(\.line) == [2, 4])
    #expect(
      output.failures == [
        ImportFailure(line: 3, column: 15, #"Not JSON: expected a key in double quotes, found ","."#)
      ])
    let pretty = try imported("{\n  \"text\": \"a\"\n}\n{\n  \"text\": \"b\"\n}\n")
    #expect(pretty.cases.map { $0.input["text"] } == ["a", "b"])
  }

  @Test func anArrayThatIsCutOff() throws {
    let output = try imported("[{\"text\": \"a\"}, {\"text\": \"b")
    #expect(output.cases.count == 1)
    #expect(output.failures.first?.reason.contains("never closed") == true)
  }

  @Test func aBadLineCostsOnlyItself() throws {
    let output = try imported("{\"text\": \"a\"}\nnope\n\n[1]\n{\"text\": \"b\"}\n", named: "x.jsonl")
    #expect(output.cases.count == 2)
    #expect(output.failures.map(\.line) == [2, 4])
    #expect(output.read == 4)
  }

  @Test func ourOwnFormComesBack() throws {
    let line = #"{"id":"a","input":{"x":"1"},"expected":{"k":[1]},"tags":["t"],"group":"g","metadata":{"m":1}}"#
    #expect(try imported(line + "\n").lines == [line])
    let chat = #"{"id":"b","messages":[{"role":"user","content":"hi"}],"expected":"x"}"#
    #expect(try imported(chat + "\n").lines == [chat])
  }

  @Test func whatIsNoTextIsNamed() {
    for (bytes, word) in [
      (Array("PAR1xx".utf8), "Parquet"), ([0x50, 0x4B, 0x03, 0x04], "inspect log dump"),
      ([0xFF, 0xFE, 0x41, 0], "UTF-16"),
      ([0x1F, 0x8B, 8], "gunzip"), (Array("<html>".utf8), "HTML"), ([], "empty"),
    ] {
      #expect { try Detection(bytes[...], isWhole: true, named: "") } throws: { String(describing: $0).contains(word) }
    }
  }

  @Test(
    arguments: [
      (#"{"a": 1, "b": [{"c": "x, y"}, {"d"#, #"{"a":1,"b":[{"c":"x, y"}]}"#),
      (#"[{"a": "\\"}, {"b": 1}, {"#, #"[{"a":"\\"},{"b":1}]"#),
      (#"{"a": "never"#, nil), (#"{"a": ]"#, nil), ("", nil),
    ] as [(String, String?)])
  func whatOfACutValueIsComplete(text: String, whole: String?) {
    #expect(Detection.beginning(of: Array(text.utf8)[...])?.text() == whole)
  }
}
