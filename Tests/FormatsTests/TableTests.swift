import Content
import Testing

@testable import Formats

@Suite struct TableTests {
  private func rows(_ text: String, _ dialect: TableDialect = .comma) -> [RecordReader.Item] {
    var reader = RecordReader(.table(dialect))
    return reader.feed(Array(text.utf8)[...]) + reader.finish()
  }

  private func shown(_ items: [RecordReader.Item]) -> [String] {
    items.map { item in
      switch item {
      case .record(let record): "\(record.line) \(record.value.text())"
      case .failure(let failure): failure.description
      }
    }
  }

  @Test func quotedCellsHoldSeparatorsQuotesAndLineEnds() {
    let text = "\u{FEFF}id,text\r\n1,\"a, \"\"b\"\"\r\nc\"\r\n2, d \r\n"
    #expect(
      shown(rows(text)) == [
        #"2 {"id":"1","text":"a, \"b\"\r\nc"}"#, #"4 {"id":"2","text":" d "}"#,
      ])
  }

  @Test func aByteOrderMarkIsNoPartOfTheHeaderButOtherWideCharactersAre() {
    #expect(shown(rows("\u{FEFF}a,b\n1,2\n")) == [#"2 {"a":"1","b":"2"}"#])
    #expect(shown(rows("！a,b\n1,2\n")) == [#"2 {"！a":"1","b":"2"}"#])
  }

  @Test func lineEndsOfEverySystem() {
    for end in ["\n", "\r\n", "\r"] {
      let items = rows(["a,b", "1,2", "", "3,4"].joined(separator: end) + end)
      #expect(items.count == 2, "\(end.debugDescription)")
    }
    #expect(rows("a,b\n1,2").count == 1)
  }

  @Test func raggedRowsAreNamedOneByOne() {
    let items = shown(rows("a,b\n1\n1,2,3\n1,2,,\n5,6\n"))
    #expect(
      items == [
        "line 2: The row has 1 cell, and the header names 2 columns. Quote cells that hold the separator.",
        "line 3: The row has 3 cells, and the header names 2 columns. Quote cells that hold the separator.",
        #"4 {"a":"1","b":"2"}"#, #"5 {"a":"5","b":"6"}"#,
      ])
  }

  @Test func aQuoteThatIsNeverClosedCostsItsLine() {
    let items = shown(rows("a,b\n1,\"open\n2,x\n3,y\n"))
    #expect(
      items == [
        "line 2, column 3: The quote that opens here is never closed.", #"3 {"a":"2","b":"x"}"#,
        #"4 {"a":"3","b":"y"}"#,
      ])
  }

  @Test func textAfterAClosingQuoteIsAFailure() {
    #expect(
      shown(rows("a,b\n\"x\"y,2\n3,4\n")) == [
        "line 2, column 4: Text follows the closing quote of a cell; double the quotes that belong to the text.",
        #"3 {"a":"3","b":"4"}"#,
      ])
  }

  @Test func columnsWithoutOrWithTheSameName() {
    #expect(shown(rows("a,,a\n1,2,3\n")) == [#"2 {"a":"1","column_2":"2","a_2":"3"}"#])
  }

  @Test func aCellThatIsNotUTF8IsAFailure() {
    var reader = RecordReader(.table(.comma))
    let bytes: [UInt8] = Array("a,b\n1,".utf8) + [0xE4] + Array("\n3,4\n".utf8)
    let items = shown(reader.feed(bytes[...]) + reader.finish())
    #expect(items == ["line 2: The cell of \"b\" isn't UTF-8 text; save the file as UTF-8.", #"3 {"a":"3","b":"4"}"#])
  }

  @Test(arguments: [
    ("a;b\n1,5;2,3\n4,5;6,7\n", ";"), ("a,b\n1,2\n", ","), ("a\tb\n1,5\t2\n", "\t"), ("a|b|c\n1|2|3\n", "|"),
    ("text,label\n\"a;b;c\",x\n\"d;e;f\",y\n", ","), ("a,b\n\"x\ny\",2\n", ","),
  ])
  func dialectsAreSniffed(text: String, separator: String) throws {
    let dialect = try #require(TableDialect.sniff(Array(text.utf8)[...], isWhole: true))
    #expect(dialect == TableDialect(separator: Character(separator)))
  }

  @Test func proseIsNoTable() {
    #expect(
      TableDialect.sniff(
        Array("Hello, you.\nThis is a text\nof three lines, or so, it says.\n".utf8)[...], isWhole: true) == nil)
  }

  @Test(arguments: [1, 2, 3, 5, 7]) func piecesOfAnySizeGiveTheSame(size: Int) {
    let text = "\u{FEFF}id,text\r\n1,\"a, \"\"b\"\"\r\nc\"\r\n2, é \r\n3,\"x\"z\r\n\r\n4,\"open\r\n5,6\r\n"
    let bytes = Array(text.utf8)
    var reader = RecordReader(.table(.comma))
    var items: [RecordReader.Item] = []
    for start in stride(from: 0, to: bytes.count, by: size) {
      items += reader.feed(bytes[start..<min(bytes.count, start + size)])
    }
    items += reader.finish()
    #expect(items == rows(text))
  }
}
