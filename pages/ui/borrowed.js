// Puts our words in the place of Streamlit's, wherever the page writes them, in texts, titles, labels and placeholders.
// What stood there is remembered, so that another language, or none, can be spoken without a reload.
(function (language, words) {
  const ATTRIBUTES = ["title", "aria-label", "placeholder", "alt"];
  const lote = (window.loteWords = window.loteWords || { kept: new WeakMap() });
  document.documentElement.lang = language;
  if (lote.spoken === JSON.stringify(words)) return;
  lote.spoken = JSON.stringify(words);

  const exact = new Map(), patterns = [];
  const escaped = (text) => text.replace(/[.*+?^${}()|[\]\\\/]/g, "\\$&");
  for (const [place, theirs, ours] of words) {
    if (/\{\w+\}/.test(theirs)) {
      const source = theirs.split(/(\{\w+\})/).map((part) =>
        /^\{\w+\}$/.test(part) ? `(?<${part.slice(1, -1)}>.+?)` : escaped(part)).join("");
      patterns.push([place, new RegExp(`^${source}$`, "s"), ours]);
    } else {
      exact.set(theirs, [...(exact.get(theirs) || []), [place, ours]]);
    }
  }

  function ours(text, element) {
    for (const [place, word] of exact.get(text) || []) if (element.closest(place)) return word;
    for (const [place, pattern, word] of patterns) {
      const found = pattern.exec(text);
      if (found && element.closest(place)) return word.replace(/\{(\w+)\}/g, (_, name) => found.groups[name] ?? "");
    }
    return text;
  }

  // `slot` is the name of an attribute, or "" for a text
  function say(node, slot, element) {
    const now = slot ? node.getAttribute(slot) : node.nodeValue;
    if (!now || !now.trim()) return;
    const kept = lote.kept.get(node) || {};
    const theirs = kept[slot] && kept[slot].shown === now ? kept[slot].theirs : now;
    const text = theirs.trim();
    const shown = theirs.replace(text, () => ours(text, element));
    if (shown === theirs) delete kept[slot];
    else lote.kept.set(node, Object.assign(kept, { [slot]: { theirs, shown } }));
    if (shown === now) return;
    if (slot) node.setAttribute(slot, shown);
    else node.nodeValue = shown;
  }

  function sayAll(root) {
    if (root.nodeType === Node.TEXT_NODE) return root.parentElement && say(root, "", root.parentElement);
    if (root.nodeType !== Node.ELEMENT_NODE || /^(SCRIPT|STYLE|CANVAS)$/.test(root.tagName)) return;
    for (const name of ATTRIBUTES) if (root.hasAttribute(name)) say(root, name, root);
    for (const child of root.childNodes) sayAll(child);
  }

  lote.heard = (changes) => {
    for (const change of changes) {
      if (change.type === "childList") change.addedNodes.forEach(sayAll);
      else if (change.type === "attributes") say(change.target, change.attributeName, change.target);
      else if (change.target.parentElement) say(change.target, "", change.target.parentElement);
    }
  };
  if (!lote.ear) {
    lote.ear = new MutationObserver((changes) => lote.heard(changes));
    lote.ear.observe(document.body, {
      subtree: true, childList: true, characterData: true, attributes: true, attributeFilter: ATTRIBUTES,
    });
  }
  sayAll(document.body);
})
