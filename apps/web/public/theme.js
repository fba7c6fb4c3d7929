// Before the first paint, so that a chosen theme never flashes. An external file: the content policy allows no inline script.
try {
  const theme = localStorage.getItem('postern.theme');
  if (theme === 'light' || theme === 'dark') document.documentElement.dataset.theme = theme;
} catch {
  // Storage may be forbidden; the system's scheme then applies.
}
