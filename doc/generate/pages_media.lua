--- The page of the reference about files, images, audio and videos.

return {
  file = "media", title = "Files, images, audio and videos",
  about = "what is sent as a file and what comes as one, and video jobs",
  text = [[
What a call sends as a file is a path, or what one of the three functions here
made. A path is read from the disk while it is sent, and never held in memory.
What comes back is written to a file by `client:save`.]],
  sections = {
    { "Files", nil, { "indoxhub.file", "indoxhub.bytes", "indoxhub.reader",
      "client:save", "indoxhub.FileOptions", "indoxhub.ReaderOptions",
      "indoxhub.File", "indoxhub.SaveOptions", "indoxhub.Saved" } },
    { "client.images", nil, { "client.images:generate",
      "indoxhub.ImageResponse", "indoxhub.Image" } },
    { "client.audio", nil, { "client.audio:speak", "client.audio:transcribe",
      "client.audio:translate", "indoxhub.AudioResponse", "indoxhub.Speech",
      "indoxhub.TranscriptResponse", "indoxhub.Transcript" } },
    { "client.videos", [[
Most models answer with a job, which takes minutes. `wait` looks at it until it
is over; a video that came at once needs no wait.]],
      { "client.videos:generate", "client.videos:wait", "client.videos:job",
        "client.videos:jobs", "client.videos:each_job",
        "client.videos:cancel", "indoxhub.VideoOptions",
        "indoxhub.WaitOptions", "indoxhub.VideoResponse",
        "indoxhub.VideoJob", "indoxhub.JobState", "indoxhub.Video",
        "indoxhub.VideoJobStatus", "indoxhub.VideoJobList",
        "indoxhub.CancelledJob" } },
    { "Lists that come in pages", [[
`each_job` and `each_transaction` return an iterator: `for job in
client.videos:each_job() do` goes through all, and raises the error of a page
that did not come.]], { "pages:next", "indoxhub.Pages",
      "indoxhub.PageOptions" } },
  },
}
