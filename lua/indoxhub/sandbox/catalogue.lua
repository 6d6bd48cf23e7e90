--- The models the sandbox says it has.

local function model(provider, name, title, context)
  return { modelName = name, id = title, name = title, provider = provider,
    type = "Text Generation", capabilities = { "chat", "completion" },
    specs = { context_window = context, output_tokens = 16384 },
    pricing = { input = 0.00015, output = 0.0006, currency = "USD",
      unit = "1K tokens" }, byok = true, is_disabled = false }
end

return {
  { id = "openai", name = "OpenAI", file = "openai.json",
    text_completions = {
      model("openai", "gpt-4o-mini", "GPT-4o-mini", 128000) },
    embeddings = { { modelName = "text-embedding-3-small", provider = "openai",
      name = "Embedding 3 small", specs = { dimensions = 1536 } } },
    image_generation = { { modelName = "gpt-image-1", provider = "openai",
      name = "GPT Image 1" } },
    text_to_speech = { { modelName = "tts-1", provider = "openai",
      name = "TTS 1" } },
    speech_to_text = { { modelName = "whisper-1", provider = "openai",
      name = "Whisper 1" } },
    video_generation = { { modelName = "sora-2", provider = "openai",
      name = "Sora 2" } } },
  { id = "anthropic", name = "Anthropic", file = "anthropic.json",
    text_completions = {
      model("anthropic", "claude-haiku-4.5", "Claude Haiku 4.5", 200000) } },
  { id = "mistral", name = "Mistral", file = "mistral.json",
    text_completions = {
      model("mistral", "mistral-small-latest", "Mistral Small", 32000) } },
}
