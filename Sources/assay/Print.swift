import Content
import Terminal

/// Prints to standard output. In place of Swift's own in this module, so that no text from files, models or servers reaches
/// a terminal with control characters in it.
func print(_ items: Any..., separator: String = " ", terminator: String = "\n") {
  Console.output.write(items.map { "\($0)" }.joined(separator: separator) + terminator)
}

/// Prints a JSON document to standard output.
func printJSON(_ value: JSONValue, _ layout: JSONValue.Layout = .pretty) { Console.output.json(value.text(layout)) }
