// A browser lays a pasted text of 100,000 lines out for seconds. A long one is put into the box unseen and handed over
// at once; the screen then shows it as a file.
(function () {
  if (window.loteTakesPaste) return;
  window.loteTakesPaste = true;
  const LONG = 2000;
  document.addEventListener("paste", (event) => {
    const box = event.target;
    const pasted = event.clipboardData ? event.clipboardData.getData("text/plain") : "";
    if (!box.matches || !box.matches(".st-key-new_text textarea") || pasted.split("\n", LONG + 1).length <= LONG) return;
    event.preventDefault();
    box.style.display = "none";
    const text = box.value.slice(0, box.selectionStart) + pasted + box.value.slice(box.selectionEnd);
    Object.getOwnPropertyDescriptor(HTMLTextAreaElement.prototype, "value").set.call(box, text);
    box.dispatchEvent(new Event("input", { bubbles: true }));
    setTimeout(() => box.dispatchEvent(new FocusEvent("focusout", { bubbles: true })), 0);
    setTimeout(() => { box.style.display = ""; }, 10000);
  }, true);
})();
