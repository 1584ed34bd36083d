import Content
import Testing

@Suite struct JSONTests {
  @Test func keepsOrderAndNumberTexts() throws {
    let text = #"{"b":1.50,"a":[true,false,null,-0.0,12345678901234567890,1E+2],"":{}}"#
    let value = try JSONValue(parsing: text)
    #expect(value.text() == text)
    #expect(value.object?.keys == ["b", "a", ""])
    #expect(value["b"]?.double == 1.5)
    #expect(value["a"]?[5]?.int == 100)
    #expect(value["a"]?[4]?.int == nil)
    #expect(value["a"]?[99] == nil)
  }

  @Test func readsEscapes() throws {
    let value = try JSONValue(parsing: #"  "a\"\\\/\b\f\n\r\té😀作\u4f5C" "#)
    #expect(value.string == "a\"\\/\u{8}\u{C}\n\r\té😀作作")
    #expect(value.text() == #""a\"\\/\u0008\u000c\n\r\té😀作作""#)
    #expect(try JSONValue(parsing: value.text()) == value)
  }

  @Test(arguments: [
    ("", "line 1, column 1: expected a JSON value, found the end of the text"),
    ("{\n  \"a\": 1,\n}", "line 3, column 1: expected a key in double quotes, found \"}\""),
    ("{a: 1}", "line 1, column 2: expected a key in double quotes or \"}\", found \"a\""),
    ("[1 2]", "line 1, column 4: expected \",\" or \"]\", found \"2\""),
    ("[NaN]", "line 1, column 2: expected a JSON value, found \"NaN\""),
    ("{\"é\" 1}", "line 1, column 6: expected \":\" after the key, found \"1\""),
    ("01", "line 1, column 2: expected the end of the text, found \"1\""),
    ("1.", "line 1, column 3: expected a digit after the decimal point, found the end of the text"),
    ("-", "line 1, column 2: expected a digit, found the end of the text"),
    ("\"a", "line 1, column 3: expected a closing quote, found the end of the text"),
    (
      "\"a\n\"",
      "line 1, column 3: expected control characters written as escapes such as \\n, found the end of the line"
    ),
    (#""\ud83d""#, "line 1, column 8: expected a surrogate pair such as \\ud83d\\ude00, found a quote"),
    (#""\udc00""#, "line 1, column 8: expected a surrogate pair such as \\ud83d\\ude00, found a quote"),
    ("{\"a\":1} x", "line 1, column 9: expected the end of the text, found \"x\""),
    ("\u{FEFF}1", "line 1, column 1: expected a JSON value, found a byte order mark"),
    ("truth", "line 1, column 1: expected a JSON value, found \"truth\""),
  ])
  func saysWhereAndWhat(text: String, message: String) {
    let error = #expect(throws: JSONError.self) { try JSONValue(parsing: text) }
    #expect(error?.description == message)
  }

  @Test func boundsDepthAndSize() throws {
    let deep = String(repeating: "[", count: 128) + String(repeating: "]", count: 128)
    _ = try JSONValue(parsing: deep)
    #expect(throws: JSONError.self) { try JSONValue(parsing: "[" + deep + "]") }
    #expect(throws: JSONError.self) { try JSONValue(parsing: "[1,2]", limits: .init(bytes: 4)) }
    #expect(throws: JSONError.self) { try JSONValue(parsing: String(repeating: "[", count: 1_000_000)) }
  }

  @Test func lastOfTwoEqualKeysCounts() throws {
    let value = try JSONValue(parsing: #"{"a":1,"b":2,"a":3}"#)
    #expect(value.text() == #"{"a":3,"b":2}"#)
  }

  @Test func largeObjectsStayFast() throws {
    let members = (0..<20_000).map { "\"k\($0)\":\($0)" }.joined(separator: ",")
    let value = try JSONValue(parsing: "{\(members)}")
    #expect(value["k19999"]?.int == 19_999)
    var object = try #require(value.object)
    object["k0"] = nil
    #expect(object.first?.key == "k1")
    #expect(object["k19999"]?.int == 19_999)
  }

  @Test func matchesByMeaning() throws {
    let left = try JSONValue(parsing: #"{"a":1,"b":[1.0,{"c":null}]}"#)
    let right = try JSONValue(parsing: #"{"b":[10e-1,{"c":null}],"a":1.000}"#)
    #expect(left.matches(right))
    #expect(left != right)
    #expect(!JSONValue(1).matches("1"))
    #expect(try !JSONValue(parsing: "12345678901234567890").matches(JSONValue(parsing: "12345678901234567891")))
    #expect(try JSONValue(parsing: "-0.0").matches(0))
    #expect(try JSONValue(parsing: "0e9").int == 0)
    #expect(try JSONValue(parsing: "1e400").int == nil)
    #expect(try JSONValue(parsing: "1.5").int == nil)
    #expect(try JSONValue(parsing: "-12.0e1").int == -120)
  }

  @Test func layouts() {
    let value: JSONValue = ["a": [1, 2.5, []], "b": [:], "c": "x"]
    #expect(value.text(.spaced) == #"{"a": [1, 2.5, []], "b": {}, "c": "x"}"#)
    #expect(
      value.text(.pretty) == """
        {
          "a": [
            1,
            2.5,
            []
          ],
          "b": {},
          "c": "x"
        }
        """)
  }

  @Test func paths() throws {
    let value: JSONValue = ["a": [["b.c": 1], ["d": 2]]]
    #expect(value[try #require(JSONPath("a[1].d"))] == 2)
    let path = JSONPath().appending("a").appending(0).appending("b.c")
    #expect(path.description == #"a[0]["b.c"]"#)
    #expect(JSONPath(path.description) == path)
    #expect(value[path] == 1)
    #expect(value[try #require(JSONPath(""))] == value)
    for wrong in ["a..b", ".a", "a[", "a[x]", "a.", #"a["b"#] { #expect(JSONPath(wrong) == nil) }
  }

  @Test func bytesMustBeUTF8() throws {
    #expect(try JSONValue(parsing: Array("[1]".utf8)) == [1])
    #expect(throws: JSONError.self) { try JSONValue(parsing: [0x22, 0xFF, 0x22] as [UInt8]) }
  }

  @Test func linesOfAFileKeepTheirNumber() {
    let error = #expect(throws: JSONError.self) { try JSONValue(parsing: "{", firstLine: 17) }
    #expect(error?.line == 17)
  }

  @Test func numbersFromSwift() {
    #expect(JSONValue(3.0).text() == "3")
    #expect(JSONValue(0.1).text() == "0.1")
    #expect(JSONValue(1e300).double == 1e300)
    #expect(JSONValue(.nan) == .null)
  }
}
