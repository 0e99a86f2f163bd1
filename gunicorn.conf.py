"""What gunicorn reads by itself when it is started in this folder: logs without query strings."""

from bwcportal.web_logs import ACCESS_FORMAT, WebLogger

logger_class = WebLogger
access_log_format = ACCESS_FORMAT
