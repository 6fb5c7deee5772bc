"""The addresses of the import pages."""

from django.urls import path

from imports.views import job, listing, start

app_name = "imports"
urlpatterns = [
    path("", listing.listing, name="list"),
    path("new/", start.start, name="start"),
    path("new/preview/", start.preview, name="preview"),
    path("new/create/", start.create, name="create"),
    path("<uuid:pk>/", job.show, name="job"),
    path("<uuid:pk>/progress/", job.progress, name="progress"),
    path("<uuid:pk>/rejects.csv", job.rejects, name="rejects"),
    path("<uuid:pk>/upload-form/", start.renew_form, name="upload_form"),
    path("<uuid:pk>/uploaded/", start.uploaded, name="uploaded"),
    path("<uuid:pk>/cancel/", job.cancel, name="cancel"),
    path("<uuid:pk>/retry/", job.retry, name="retry"),
    path("<uuid:pk>/approve/", job.approve, name="approve"),
]
