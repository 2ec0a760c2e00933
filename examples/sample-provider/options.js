/** Adds a calendar of this add-on. Thunderbird asks for its first synchronization by itself. */
document.getElementById("new").addEventListener("submit", async (event) => {
  event.preventDefault();
  const { name, url, result } = event.target.elements;
  const type = `ext-${messenger.runtime.id}`;
  try {
    const calendar = await messenger.calendar.calendars.create({
      type,
      name: name.value,
      url: url.value,
    });
    result.value = `${calendar.name} is in the calendar list.`;
  } catch (error) {
    result.value = error.message;
  }
});
