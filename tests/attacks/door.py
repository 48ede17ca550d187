"""The shop of the attacks: browsers keep its static files, as they do in production, so that pages cost only themselves."""

from wsgi import app

app.config["SEND_FILE_MAX_AGE_DEFAULT"] = 60 * 60
