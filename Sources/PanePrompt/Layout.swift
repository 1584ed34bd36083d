import Drawing

/// Where the panels stand, for drawing and for the mouse.
struct Layout: Sendable {
  var places: [(panel: PromptPane.Panel, rect: Rect)] = []
  /// Text and model stand side by side, with a line to drag between.
  var isWide = false
  /// The trial stands below what the model sees, with a line to drag between.
  var hasTrialSplit = false
}

extension PromptPane {
  /// Divides the pane: three columns (two with a page), or the sections with one thing beside them, or one thing alone.
  mutating func makeLayout(_ rect: Rect, showsTrial: Bool) -> Layout {
    var layout = Layout()
    if rect.width >= 108, rect.height >= 8 {
      layout.isWide = page == nil
      let columns = rect.columns([.fixed(min(38, max(30, rect.width / 5))), .rest])
      layout.places = [(.sections, columns[0])]
      if let page {
        layout.places.append((page, columns[1]))
      } else {
        let (text, right) = splitter.split(columns[1])
        layout.places.append((.text, widened(text, by: 1)))
        placeRight(right, showsTrial, &layout)
      }
    } else if rect.width >= 60, rect.height >= 6 {
      let columns = rect.columns([.fixed(min(30, max(28, rect.width / 3))), .rest])
      layout.places = [(.sections, columns[0])]
      if detail == .text {
        layout.places.append((.text, columns[1]))
      } else {
        placeRight(columns[1], showsTrial, &layout)
      }
    } else {
      layout.places = [(panel, rect)]
    }
    return layout
  }

  private mutating func placeRight(_ rect: Rect, _ showsTrial: Bool, _ layout: inout Layout) {
    if let page {
      layout.places.append((page, rect))
    } else if showsTrial, rect.height >= 10 {
      layout.hasTrialSplit = true
      let (top, bottom) = trialSplitter.split(rect)
      // The line between is the upper panel's lower border.
      let above = Rect(x: top.x, y: top.y, width: top.width, height: top.height + 1)
      layout.places += [(.model, above), (.trial, bottom)]
    } else {
      layout.places.append((showsTrial && panel == .trial ? .trial : .model, rect))
    }
  }

  /// The line between two columns is the left one's right border.
  private func widened(_ rect: Rect, by columns: Int) -> Rect {
    Rect(x: rect.x, y: rect.y, width: rect.width + columns, height: rect.height)
  }
}
