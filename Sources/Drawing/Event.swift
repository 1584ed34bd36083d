/// Something that happened at the terminal.
package enum Event: Hashable, Sendable {
  /// A key was pressed.
  case key(Key)
  /// The mouse did something.
  case mouse(MouseEvent)
  /// Text was pasted; it may have line breaks and must not be taken for keys.
  case paste(String)
  /// The terminal window came to the front.
  case focusGained
  /// The terminal window went to the back.
  case focusLost

  /// Whether it types or pastes text.
  package var isTyping: Bool {
    switch self {
    case .key(let key): key.text != nil
    case .paste: true
    default: false
    }
  }
}

/// What the mouse did, and where.
package struct MouseEvent: Hashable, Sendable {
  /// The kinds of mouse event.
  package enum Action: Hashable, Sendable {
    /// A button went down.
    case press(Button)
    /// The mouse moved while a button was down.
    case drag(Button)
    /// The button went up.
    case release
    /// The wheel turned by one notch.
    case wheelUp, wheelDown
  }

  /// The mouse buttons.
  package enum Button: Hashable, Sendable {
    /// The three buttons.
    case left, middle, right
  }

  /// What it did.
  package var action: Action
  /// The cell below the pointer.
  package var point: Point
  /// Keys held down meanwhile.
  package var modifiers: Key.Modifiers

  package init(_ action: Action, at point: Point, _ modifiers: Key.Modifiers = []) {
    self.action = action
    self.point = point
    self.modifiers = modifiers
  }
}
