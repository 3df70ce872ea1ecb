// A file that cannot be taken is refused before it travels, with a sentence of ours; Streamlit would show a red icon only
// and keep it beside the next file. The sentences are on the page already: which one is seen is said on the body.
(function (limits) {
  const DROPZONE = "[data-testid=stFileUploaderDropzone]";
  const lote = (window.loteUpload = window.loteUpload || {});
  lote.limits = limits;
  delete document.body.dataset.refused;
  if (lote.listens) return;
  lote.listens = true;

  function fault(files) {
    if (files.length > 1) return "several";
    const [file] = files;
    if (!lote.limits.types.some((type) => file.name.toLowerCase().endsWith("." + type))) return "type";
    return file.size > lote.limits.bytes ? "size" : "";
  }

  function refused(files) {
    const why = fault(files);
    document.body.dataset.refused = why;
    document.querySelectorAll(".refused b").forEach((place) => { place.textContent = files[0].name; });
    return why !== "";
  }

  document.addEventListener("change", (event) => {
    const input = event.target;
    if (!input.matches?.("[data-testid=stFileUploaderDropzoneInput]") || !input.files.length) return;
    if (!refused([...input.files])) return;
    event.stopPropagation();
    input.value = "";
  }, true);

  document.addEventListener("drop", (event) => {
    const zone = event.target.closest?.(DROPZONE);
    if (!zone || !event.dataTransfer?.files.length || !refused([...event.dataTransfer.files])) return;
    event.preventDefault();
    event.stopPropagation();
    event.target.dispatchEvent(new DragEvent("dragleave", { bubbles: true }));  // else it goes on offering the drop
  }, true);
})
