"""The whole service on one machine, with made-up secrets: Redis, a simulated WhatsApp, the API."""
