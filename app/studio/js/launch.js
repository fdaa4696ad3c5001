// The installed Studio opens files: one that is opened with it stands in the form of imports, and waits to be sent.
const field = document.querySelector("[data-import] input[type=file]");

async function take({ files: [handle] }) {
  if (!handle) return;
  const chosen = new DataTransfer();
  chosen.items.add(await handle.getFile());
  field.files = chosen.files;
  field.dispatchEvent(new Event("change", { bubbles: true }));
  field.focus();
}

if (field) window.launchQueue?.setConsumer((launch) => take(launch).catch(console.warn));
