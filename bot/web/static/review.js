// The review queue by keyboard: each button names its key; u takes the last answer back.

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
  if (event.target.closest("input, textarea, select, [contenteditable]")) return;
  const key = event.key.toLowerCase();
  const button = key === "u"
    ? document.querySelector('form[action$="/undo"] button')
    : document.querySelector(`.review-keys [data-key="${CSS.escape(key)}"]`);
  if (!button) return;
  event.preventDefault();
  button.click();
});
