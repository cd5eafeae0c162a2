"""Pages for people: Flask, Jinja and small plain JavaScript, without a build step."""
