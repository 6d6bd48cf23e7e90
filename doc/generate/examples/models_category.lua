--- client.models:text_completions, client.models:embeddings,
--- client.models:image_generation, client.models:text_to_speech,
--- client.models:speech_to_text, client.models:video_generation
for _, category in ipairs { "text_completions", "embeddings",
  "image_generation", "text_to_speech", "speech_to_text",
  "video_generation" } do
  local models = client.models
  local list = indoxhub.assert(models[category](models, "openai"))
  print(category, #list > 0)
end
--> text_completions	true
--> embeddings	true
--> image_generation	true
--> text_to_speech	true
--> speech_to_text	true
--> video_generation	true
